// Calls listeners: once per animation frame, immediately, or at most once per interval.
//
// A page that takes long to render a change (the Markdown of a long answer, for example) is notified less often, so that rendering
// gets a third of the time and the user's input the rest.

/** Interval without animation frames (Node, workers, hidden pages), in milliseconds. */
const FRAME_MS = 16
/** Rendering that takes no longer than this is affordable at every frame. Milliseconds. */
const CHEAP_DRAW_MS = 6
/** Longest deferral of a notification because rendering is slow. Milliseconds. */
const MAX_DEFER_MS = 250

export class ListenerScheduler {
  #interval: 'frame' | 'sync' | number
  #onError: (error: unknown) => void
  #listeners = new Set<() => void>()
  #cancelPending: (() => void) | null = null
  /** `Date.now()` of the last notification. */
  #lastRun = 0
  #isRunning = false
  #runAgain = false
  /** `performance.now()` before which slow rendering defers the next notification. */
  #notBefore = 0

  /** `interval` is in milliseconds if it is a number. `onError` gets what listeners throw. */
  constructor(interval: 'frame' | 'sync' | number, onError: (error: unknown) => void) {
    this.#interval = interval
    this.#onError = onError
  }

  subscribe(listener: () => void): () => void {
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const entry = () => listener()
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  /** Something changed: notifies listeners in due time, or now if `urgent`. */
  changed(urgent: boolean): void {
    if (this.#listeners.size === 0) return
    if (urgent || this.#interval === 'sync') return this.#run()
    if (this.#cancelPending) return
    this.#cancelPending = this.#interval === 'frame' ? this.#onFrame() : this.#afterInterval(this.#interval)
  }

  /** Removes all listeners. */
  stop(): void {
    this.#cancelPending?.()
    this.#cancelPending = null
    this.#runAgain = false
    this.#listeners.clear()
  }

  /** Runs at the next frame, or later if the last rendering was slow. */
  #onFrame(): () => void {
    const wait = this.#notBefore - performance.now()
    if (wait <= FRAME_MS) return onNextFrame(() => this.#run())
    const timer = setTimeout(() => (this.#cancelPending = onNextFrame(() => this.#run())), wait - FRAME_MS)
    return () => clearTimeout(timer)
  }

  #afterInterval(interval: number): () => void {
    const wait = Math.max(0, this.#lastRun + interval - Date.now())
    // The clock may have been set back.
    const timer = setTimeout(() => this.#run(), Math.min(wait, interval))
    return () => clearTimeout(timer)
  }

  #run(): void {
    // A change made by a listener is reported in another round, not recursively.
    this.#runAgain = true
    if (this.#isRunning) return
    this.#isRunning = true
    for (let round = 0; this.#runAgain && round < MAX_ROUNDS; round++) {
      this.#runAgain = false
      this.#cancelPending?.()
      this.#cancelPending = null
      this.#lastRun = Date.now()
      this.#callAll()
    }
    this.#isRunning = false
    this.#measureDrawing()
    // Listeners that answer every change with another continue at frame rate: the page must not freeze.
    if (this.#runAgain && !this.#cancelPending) this.#cancelPending = onNextFrame(() => this.#run())
  }

  #callAll(): void {
    for (const listener of [...this.#listeners]) {
      // An earlier listener may have unsubscribed it.
      if (!this.#listeners.has(listener)) continue
      try {
        listener()
      } catch (error) {
        this.#onError(error)
      }
    }
  }

  /** A timer started now fires when the page has rendered the change. */
  #measureDrawing(): void {
    if (this.#interval !== 'frame' || !canDraw()) return
    const began = performance.now()
    setTimeout(() => {
      const now = performance.now()
      const cost = now - began
      this.#notBefore = cost > CHEAP_DRAW_MS ? now + Math.min(2 * cost, MAX_DEFER_MS) : 0
    })
  }
}

/** Rounds of changes made by listeners before the rest is deferred to the next frame. */
const MAX_ROUNDS = 10

const canDraw = () => typeof requestAnimationFrame === 'function' && !(typeof document !== 'undefined' && document.hidden)

/** Calls `run` at the next animation frame, or by a timer if there is none. Returns how to cancel it. */
function onNextFrame(run: () => void): () => void {
  if (!canDraw()) {
    const timer = setTimeout(run, FRAME_MS)
    return () => clearTimeout(timer)
  }
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(fallback)
  }
  const frame = requestAnimationFrame(run)
  // A page that is hidden after this call gets no frame.
  const fallback = setTimeout(run, 10 * FRAME_MS)
  return cancel
}
