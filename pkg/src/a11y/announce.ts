// Announces the handler's answers to a screen reader.

import { liveRegion } from './live-region'
import { AnnouncementQueue } from './announcement-queue'
import type { StreamHandler } from '../types/handler'

/** How answers are announced. */
export interface AnnounceOptions {
  /**
   * Says a text to the user. Default: writes it into a live region of its own in the page, out of sight. `assertive`: now (a
   * failure, a question); `polite`: when the reader has finished.
   */
  say?: (text: string, urgency: 'polite' | 'assertive') => void
  /** Least time between two texts, in seconds. Default 1. What comes meanwhile is said together. */
  interval?: number
  /** For the ends of sentences. Default: the page's. */
  locale?: string
  /** What is said of a text. Default: without the marks of Markdown, code blocks as "code". */
  plain?: (markdown: string) => string
}

/**
 * Announces the handler's answers from now on: whole sentences, each once, and what it is doing when that changes. Returns what
 * stops it.
 *
 *     useEffect(() => announce(handler), [handler])       // of the hook: const { handler } = useAIStreamHandler(…)
 */
export function announce(handler: Pick<StreamHandler, 'subscribe' | 'getSnapshot'>, options: AnnounceOptions = {}): () => void {
  const { interval = 1, locale, plain = stripMarkdown } = options
  const region = options.say ? null : liveRegion()
  const say = options.say ?? region!.say
  const queue = new AnnouncementQueue(locale)
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastSaidAt = -Infinity
  let pending: string[] = []
  // Of several activities only the last is news, and none of those before a text.
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
    const { text, activity, urgent } = queue.next(handler.getSnapshot())
    if (text) pending.push(text)
    if (text || activity) pendingActivity = activity
    if (urgent) {
      flush()
      say(urgent, 'assertive')
    } else if ((pending.length || pendingActivity) && timer === undefined) timer = setTimeout(flush, Math.max(0, lastSaidAt + interval * 1000 - Date.now()))
  }
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
