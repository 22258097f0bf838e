// What there is around a conversation: the other tabs, the page's storage, its sleep and its network.

import { componentRunsPath } from './core-config'
import { watchPage } from './page-lifecycle'
import { ResumeStorage } from './resume-storage'
import { TabSync } from './tab-sync'
import type { Core } from '../../generated/core'
import type { CheckedOptions } from '../types/checked-options'
import type { ResumePoint } from '../types/recording'

export type PageEnvironment = ReturnType<typeof pageEnvironment>

/**
 * `core`: the handler's; without `create` only if there is one. `resumePoint`: what is to be kept of an answer that is not finished.
 */
export function pageEnvironment(options: CheckedOptions, core: () => Core, existingCore: () => Core | undefined, resumePoint: () => ResumePoint | null) {
  let tabs = options.shareLimits === false ? undefined : new TabSync(options.endpoint ?? '', (until) => core().limitElsewhere(until))
  let storage: ResumeStorage | undefined
  let stopWatching: (() => void) | undefined
  return {
    /** What an earlier page has kept. From here on what this one has is. */
    restore(): ResumePoint | null | undefined {
      storage = ResumeStorage.for(options, componentRunsPath(options), resumePoint)
      return storage?.read()
    },

    /** Listens from now on. */
    open(): void {
      tabs?.open()
      stopWatching ??= watchPage({
        hidden: () => storage?.flush(),
        leaving: () => {
          storage?.flush()
          // What breaks now is not to be mended on the way out.
          existingCore()?.offline()
        },
        visible: () => existingCore()?.tick(), online: () => core().online(), offline: () => core().offline(),
      })
    },

    /** The conversation changed. */
    changed(): void {
      storage?.changed()
    },

    limit(until: number): void {
      tabs?.tell(until)
    },

    /** What was kept stays as it is. */
    closeStorage(): void {
      storage?.close()
      storage = undefined
    },

    close(): void {
      tabs?.close()
      stopWatching?.()
      tabs = stopWatching = undefined
    },
  }
}
