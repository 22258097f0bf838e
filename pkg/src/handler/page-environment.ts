// The environment of a conversation: other tabs, the page's storage, its visibility and its network. Passes their events to the
// core, and the core's rate limits and resume points to them.

import { watchPage } from './page-lifecycle'
import { ResumeStorage } from './resume-storage'
import { TabSync, type RunNews } from './tab-sync'
import type { Core } from '../../generated/core'
import type { CheckedOptions } from '../types/checked-options'
import type { ResumePoint } from '../types/recording'

export type PageEnvironment = ReturnType<typeof pageEnvironment>

/** Tells other tabs about this handler's answers, and hears of theirs (session-news.ts). */
export interface AnswerNews {
  /** A call that streams an answer is made. */
  expect(): void
  /** The conversation changed. */
  changed(): void
  /** A call has an outcome. */
  settled(): void
  /** Another tab has news. */
  hear(news: RunNews): void
  /** The page was hidden, asleep or offline. */
  woken(): void
}

/** What the environment needs of its handler. */
interface PageOwner {
  core(): Core
  /** The core if it was created already. */
  existingCore(): Core | undefined
  /** What is to be stored. */
  resumePoint(): ResumePoint | null
  news(): AnswerNews | undefined
}

/** Does nothing until `restore` and `open` are called. */
export function pageEnvironment(options: CheckedOptions, { core, existingCore, resumePoint, news }: PageOwner) {
  const limit = options.shareLimits === false ? undefined : (until: number) => core().limitElsewhere(until)
  let tabs = limit || options.follow ? new TabSync(options.endpoint ?? '', { limit, news: (given) => news()?.hear(given) }) : undefined
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
        visible: () => {
          existingCore()?.tick()
          news()?.woken()
        },
        online: () => {
          core().online()
          news()?.woken()
        },
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

    /** An answer has begun or ended here. */
    tell(given: RunNews): void {
      tabs?.tell(given)
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
