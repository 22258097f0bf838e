// Announces a handler's answers to a screen reader. In: snapshots. Out: texts, at most one per interval, each said once.

import { AnnouncementQueue } from './announcement-queue'
import { liveRegion } from './live-region'
import type { StreamHandler } from '../types/handler'

/** Options of {@link announce}. */
export interface AnnounceOptions {
  /**
   * Speaks a text. Default: writes it to a visually hidden live region that `announce` adds to the page. `assertive` texts
   * (an error, a paused run's question) interrupt the reader; `polite` ones wait until it has finished.
   */
  say?: (text: string, urgency: 'polite' | 'assertive') => void
  /** Minimum time between two polite texts, in seconds. Default 1. What arrives in between is joined into one text. */
  interval?: number
  /** BCP 47 locale for splitting sentences. Default: the browser's. */
  locale?: string
  /** Converts the answer's Markdown to speech. Default: removes the markup and says "code" for a code block. */
  plain?: (markdown: string) => string
}

/**
 * Announces the handler's answers from now on: complete sentences, each once, the activity when it changes, errors and
 * questions at once. Returns a function that stops it and removes the live region.
 *
 * The page's own elements for the same texts must not be live regions (`role="alert"`, `role="status"`, `aria-live`), or a reader
 * says them twice; in development the console tells of one that is.
 *
 *     const { handler } = useAIStreamHandler({ team: 'cirkelline' })
 *     useEffect(() => announce(handler), [handler])
 */
export function announce(handler: Pick<StreamHandler, 'subscribe' | 'getSnapshot'>, options: AnnounceOptions = {}): () => void {
  const { interval = 1, locale, plain = stripMarkdown } = options
  const region = options.say ? null : liveRegion()
  const say = options.say ?? region!.say
  const queue = new AnnouncementQueue(locale)
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastSaidAt = -Infinity
  let pending: string[] = []
  // Only the latest activity is worth saying, and none that precedes a text.
  let pendingActivity: string | null = null

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const text = [...pending.map(plain), pendingActivity ?? ''].join(' ').replace(/\s+/g, ' ').trim()
    pending = []
    pendingActivity = null
    if (!text) return
    lastSaidAt = Date.now()
    say(text, 'polite')
  }
  const onChange = () => {
    const { text, activity, urgent, isOver } = queue.next(handler.getSnapshot())
    if (isOver && !urgent) region?.clear()
    if (text) pending.push(text)
    if (text || activity) pendingActivity = activity
    if (urgent) {
      flush()
      say(urgent, 'assertive')
    } else if ((pending.length || pendingActivity) && timer === undefined) timer = setTimeout(flush, Math.max(0, lastSaidAt + interval * 1000 - Date.now()))
  }
  // What is on the page already is not announced.
  queue.next(handler.getSnapshot())
  const unsubscribe = handler.subscribe(onChange)
  return () => {
    unsubscribe()
    clearTimeout(timer)
    region?.remove()
  }
}

function stripMarkdown(markdown: string): string {
  return markdown
    .replace(/```[\s\S]*?(```|$)/g, ' code. ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
    .replace(/(\*\*|__|[*_`~])/g, '')
}
