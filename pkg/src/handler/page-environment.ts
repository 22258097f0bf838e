// The environment of a conversation: other tabs, the page's storage, its visibility and its network. Passes their events to the
// core, and the core's rate limits and resume points to them.

import { watchPage } from './page-lifecycle'
import { ResumeStorage } from './resume-storage'
import { TabSync } from './tab-sync'
import type { Core } from '../../generated/core'
import type { CheckedOptions } from '../types/checked-options'
import type { ResumePoint } from '../types/recording'

export type PageEnvironment = ReturnType<typeof pageEnvironment>

/**
 * Does nothing until `restore` and `open` are called. `core` returns the handler's core, `existingCore` only if it was created
 * already, `resumePoint` what is to be stored.
 */
export function pageEnvironment(
  options: CheckedOptions, core: () => Core, existingCore: () => Core | undefined, resumePoint: () => ResumePoint | null,
) {
  let tabs = options.shareLimits === false ? undefined : new TabSync(options.endpoint ?? '', (until) => core().limitElsewhere(until))
  let storage: ResumeStorage | undefined
  let stopWatching: (() => void) | undefined
  return {
    /** Opens the storage. Returns the resume point that an earlier page stored. */
    restore(): ResumePoint | null | undefined {
      storage = ResumeStorage.for(options, resumePoint)
      return storage?.read()
    },

    /** Starts listening to other tabs and to the page. May be called again. */
    open(): void {
      tabs?.open()
      stopWatching ??= watchPage({
        hidden: () => storage?.flush(),
        leaving: () => {
          storage?.flush()
          // Connections that break from here on are not to be resumed by a page that is going away.
          existingCore()?.offline()
        },
        visible: () => existingCore()?.tick(),
        online: () => core().online(),
        offline: () => core().offline(),
      })
    },

    /** The conversation changed. */
    changed(): void {
      storage?.changed()
    },

    /** A rate limit lasts until then, in seconds since the Unix epoch; negative: it is over. */
    limit(until: number): void {
      tabs?.announce(until)
    },

    /** Stops storing. To be called before the conversation is ended: what is stored stays. */
    closeStorage(): void {
      storage?.close()
      storage = undefined
    },

    /** Stops listening. */
    close(): void {
      tabs?.close()
      stopWatching?.()
      tabs = stopWatching = undefined
    },
  }
}
