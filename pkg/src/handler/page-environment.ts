// What there is around a conversation: the other tabs, the page's storage, its sleep and its network.

import { runsOf } from './core-config'
import { onAwake } from './page-lifecycle'
import { Keeper } from './resume-storage'
import { Tabs } from './tab-sync'
import type { Core } from '../../generated/core'
import type { CheckedOptions } from '../types/checked-options'
import type { ResumePoint } from '../types/recording'

export type PageEnvironment = ReturnType<typeof pageEnvironment>

/**
 * `core`: the handler's; without `create` only if there is one. `resumePoint`: what is to be kept of an answer that is not finished.
 */
export function pageEnvironment(options: CheckedOptions, core: () => Core, existing: () => Core | undefined, resumePoint: () => ResumePoint | null) {
  let tabs = options.shareLimits === false ? undefined : new Tabs(options.endpoint ?? '', (until) => core().limitElsewhere(until))
  let keeper: Keeper | undefined
  let stop: (() => void) | undefined
  return {
    /** What an earlier page has kept. From here on what this one has is. */
    restore(): ResumePoint | null | undefined {
      keeper = Keeper.for(options, runsOf(options), resumePoint)
      return keeper?.read()
    },

    /** Listens from now on. */
    open(): void {
      tabs?.open()
      stop ??= onAwake({
        asleep: () => keeper?.flush(),
        gone: () => {
          keeper?.flush()
          // What breaks now is not to be mended on the way out.
          existing()?.offline()
        },
        awake: () => existing()?.tick(), online: () => core().online(), offline: () => core().offline(),
      })
    },

    /** The conversation changed. */
    changed(): void {
      keeper?.changed()
    },

    limit(until: number): void {
      tabs?.tell(until)
    },

    /** What was kept stays as it is. */
    closeStorage(): void {
      keeper?.close()
      keeper = undefined
    },

    close(): void {
      tabs?.close()
      stop?.()
      tabs = stop = undefined
    },
  }
}
