// 'ai-stream-handler/a11y': what a host needs to tell a screen reader of an answer, without a word per token.

import { Spoken } from './a11y/announcement-queue'
import type { RetryState, PacingState, StreamHandler } from './index'

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
  const { interval = 1, locale, plain = withoutMarks } = options
  const region = options.say ? null : liveRegion()
  const say = options.say ?? region!.say
  const spoken = new Spoken(locale)
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = -Infinity
  let due: string[] = []
  // Of several activities only the last is news, and none of those before a text.
  let doing: string | null = null

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const text = [...due.map(plain), doing ?? ''].join(' ').replace(/\s+/g, ' ').trim()
    due = []
    doing = null
    if (!text) return
    last = Date.now()
    say(text, 'polite')
  }
  const heard = () => {
    const { text, activity, urgent } = spoken.of(handler.getSnapshot())
    if (text) due.push(text)
    if (text || activity) doing = activity
    if (urgent) {
      flush()
      say(urgent, 'assertive')
    } else if ((due.length || doing) && timer === undefined) timer = setTimeout(flush, Math.max(0, last + interval * 1000 - Date.now()))
  }
  spoken.of(handler.getSnapshot())
  const unsubscribe = handler.subscribe(heard)
  return () => {
    unsubscribe()
    clearTimeout(timer)
    region?.remove()
  }
}

/** How a countdown reads. */
export interface CountdownOptions {
  /** Seconds since the Unix epoch. Default: now. */
  now?: number
  /** Default: the page's. */
  locale?: string
  /** `long`: `1 minute 5 seconds`; `short`: `1 min 5 sec`; `clock`: `1:05`. Default `long`. */
  style?: 'long' | 'short' | 'clock'
}

/** How long a wait (`snapshot.retry`, `snapshot.pacing`) still lasts, in whole seconds, for the eyes of a user. */
export function countdown(wait: Pick<RetryState | PacingState, 'resumesAt'>, { now = Date.now() / 1000, locale, style = 'long' }: CountdownOptions = {}): string {
  const left = Math.max(0, Math.ceil(wait.resumesAt - now - 1e-3))
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60]
  if (style === 'clock') {
    const two = (n: number) => String(n).padStart(2, '0')
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
  }
  const unit = (n: number, unit: string) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: style }).format(n)
  const parts = [hours && unit(hours, 'hour'), minutes && unit(minutes, 'minute'), (seconds || left < 60) && unit(seconds, 'second')]
  return parts.filter(Boolean).join(' ')
}

/** Two elements that screen readers listen to. */
function liveRegion() {
  const elements = (['polite', 'assertive'] as const).map((urgency) => {
    const element = document.createElement('div')
    element.setAttribute('aria-live', urgency)
    element.setAttribute('aria-atomic', 'true')
    element.style.cssText = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap'
    document.body.append(element)
    return element
  })
  return {
    say: (text: string, urgency: 'polite' | 'assertive') => void (elements[urgency === 'polite' ? 0 : 1]!.textContent = text),
    remove: () => elements.forEach((element) => element.remove()),
  }
}

function withoutMarks(markdown: string): string {
  return markdown
    .replace(/```[\s\S]*?(```|$)/g, ' code. ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
    .replace(/(\*\*|__|[*_`~])/g, '')
}
