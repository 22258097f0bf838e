// Reveals a text that arrives in bursts at an even pace. In: the text so far, as often as it changes. Out: how much of it to
// show. The text itself is never delayed: whoever needs the truth reads `content`.
//
// What is behind shrinks by the same share in every frame, so the pace follows the stream, and the lag is about `within`.

import { graphemes } from './graphemes'
import type { ChatMessage } from '../types/message'

/** A text, or a message: while its run goes on, its text is revealed little by little. */
export type SmoothSource = string | (Pick<ChatMessage, 'content'> & Partial<Pick<ChatMessage, 'role' | 'status' | 'cancelled' | 'streamingError'>>)

/** Options of {@link smooth}. */
export interface SmoothOptions {
  /** How far behind the text is shown, about, in milliseconds. Default: 300. */
  within?: number
  /** Never more behind than this, in UTF-16 code units: what is beyond is shown at once. Default: 600. */
  cap?: number
  /** Show everything at once, without a pace. Default: false. */
  off?: boolean
}

/** A text being revealed. `subscribe` and `getSnapshot` have the shape that React's useSyncExternalStore and others want. */
export interface Smooth {
  /** What to show now: the text, or a beginning of it that ends with a whole character. */
  readonly text: string
  /** The text as it is now. `ended`: nothing follows, so all of it is shown. A message says so itself. */
  update(source: SmoothSource, state?: { ended?: boolean }): void
  /** Shows all of the text now. */
  finish(): void
  /** Stops the clock. What is shown stays. */
  dispose(): void
  /** Calls `listener` when the text to show has changed. Returns how to stop that. */
  subscribe(listener: () => void): () => void
  /** The same as `text`. */
  getSnapshot(): string
}

/**
 * Reveals `source` at an even pace. What is there at the beginning is history and shown at once, as is everything in a hidden
 * page, for users who prefer reduced motion, and when the run has ended or was stopped.
 */
export function smooth(source: SmoothSource = '', options: SmoothOptions = {}): Smooth {
  const { within = 300, cap = 600, off = false } = options
  if (!(within >= 0)) throw new RangeError('ai-stream-handler/smooth: the option within is a number of milliseconds, 0 or more')
  if (!(cap >= 0)) throw new RangeError('ai-stream-handler/smooth: the option cap is a number of characters, 0 or more')
  const listeners = new Set<() => void>()
  let whole = textOf(source)
  let shown = whole
  let isEnded = hasEnded(source)
  let stop: (() => void) | undefined
  let last = 0
  let isDisposed = false

  function show(text: string): void {
    if (text === shown) return
    shown = text
    for (const listener of [...listeners]) listener()
  }

  function frame(now: number): void {
    stop = undefined
    const passed = Math.max(0, Math.min(now - last, 1000))
    last = now
    const behind = whole.length - shown.length
    const pace = within ? Math.ceil((behind * passed) / within) : behind
    reveal(Math.max(pace, behind - cap, passed ? 1 : 0))
  }

  /** Shows at least `count` more, up to the end of a grapheme, and goes on in the next frame. */
  function reveal(count: number): void {
    if (isAtOnce()) return finish()
    let to = shown.length
    const behind = whole.length - to
    // The last one may still grow: an accent, the rest of an emoji.
    for (const piece of graphemes(whole.slice(to, to + count + LOOK_AHEAD))) {
      if (to >= shown.length + count || (to + piece.length >= whole.length && behind > piece.length && piece > MAX_PLAIN)) break
      to += piece.length
    }
    show(whole.slice(0, to))
    schedule()
  }

  function schedule(): void {
    if (stop || isDisposed || shown.length >= whole.length) return
    if (!last) last = clock()
    stop = nextFrame(frame)
  }

  function isAtOnce(): boolean {
    return off || isEnded || within === 0 || isHidden() || prefersReducedMotion()
  }

  function finish(): void {
    stop?.()
    stop = undefined
    last = 0
    show(whole)
  }

  return {
    get text() { return shown },
    update(next, { ended } = {}) {
      if (isDisposed) return
      whole = textOf(next)
      isEnded = ended ?? hasEnded(next)
      // Another text: what is common to both stays.
      if (!whole.startsWith(shown)) return finish()
      if (isAtOnce()) return finish()
      if (shown.length >= whole.length) return
      if (!stop) last = clock()
      if (whole.length - shown.length > cap) reveal(whole.length - shown.length - cap)
      else schedule()
    },
    finish,
    dispose() {
      isDisposed = true
      stop?.()
      stop = undefined
      listeners.clear()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    getSnapshot: () => shown,
  }
}

/** Up to here a character is complete by itself. */
const MAX_PLAIN = '\u007f'
/** More than the longest grapheme in use: flags and families of emoji have up to 35 code units. */
const LOOK_AHEAD = 64

const textOf = (source: SmoothSource) => (typeof source === 'string' ? source : (source?.content ?? ''))

/** A text goes on until the caller says otherwise; a message while its run does. */
function hasEnded(source: SmoothSource): boolean {
  if (typeof source === 'string' || !source) return false
  const { role = 'agent', status, cancelled, streamingError } = source
  return role !== 'agent' || Boolean(cancelled || streamingError) || (status !== undefined && status !== 'started')
}

const clock = () => performance.now()

/** Calls `run` with the time, in the next frame. Returns how to cancel that. */
function nextFrame(run: (now: number) => void): () => void {
  if (typeof requestAnimationFrame === 'function') {
    const frame = requestAnimationFrame(() => run(clock()))
    // A page that is hidden meanwhile has no frames.
    const onHide = () => void (isHidden() && (cancel(), run(clock())))
    const cancel = () => (cancelAnimationFrame(frame), document.removeEventListener('visibilitychange', onHide))
    document.addEventListener('visibilitychange', onHide, { once: true })
    return cancel
  }
  const timer = setTimeout(() => run(clock()), 16)
  return () => clearTimeout(timer)
}

const isHidden = () => typeof document !== 'undefined' && document.hidden

const prefersReducedMotion = () => typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches
