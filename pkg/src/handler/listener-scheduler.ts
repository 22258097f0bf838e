// When listeners hear of changes: once per animation frame, at once, or at most every so many milliseconds.
//
// A page that takes long to draw a change (Markdown of a long answer, say) is told less often: drawing gets a third of the
// time, and the user's own clicks and keys the rest.

/** Without animation frames (Node, a worker, a hidden page): as often as a screen would draw. Milliseconds, as all here. */
const FRAME_MS = 16
/** What a page may take to draw a change at every frame. */
const CHEAP_DRAW_MS = 6
/** The longest that a change waits because drawing is dear. */
const MAX_DEFER_MS = 250

export class ListenerScheduler {
  #listeners = new Set<() => void>()
  #cancelPending: (() => void) | null = null
  #lastRun = 0
  #isRunning = false
  #runAgain = false
  #notBefore = 0

  #pace: 'frame' | 'sync' | number
  #onError: (error: unknown) => void

  constructor(pace: 'frame' | 'sync' | number, onError: (error: unknown) => void) {
    this.#pace = pace
    this.#onError = onError
  }

  subscribe(listener: () => void): () => void {
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const entry = () => listener()
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  /** Something changed. `urgent`: an answer ended, which nobody wants to hear late. */
  changed(urgent: boolean): void {
    if (this.#listeners.size === 0) return
    if (urgent || this.#pace === 'sync') return this.#run()
    if (this.#cancelPending) return
    this.#cancelPending = this.#pace === 'frame' ? this.#onFrame() : this.#afterInterval(this.#pace)
  }

  stop(): void {
    this.#cancelPending?.()
    this.#cancelPending = null
    this.#runAgain = false
    this.#listeners.clear()
  }

  /** The next frame, if the last one was cheap. */
  #onFrame(): () => void {
    const wait = this.#notBefore - performance.now()
    if (wait <= FRAME_MS) return onNextFrame(() => this.#run())
    const timer = setTimeout(() => (this.#cancelPending = onNextFrame(() => this.#run())), wait - FRAME_MS)
    return () => clearTimeout(timer)
  }

  /** What is asked for now gets its turn when the page has drawn what it was told. */
  #measureDrawing(): void {
    if (this.#pace !== 'frame' || !canDraw()) return
    const began = performance.now()
    setTimeout(() => {
      const now = performance.now()
      const cost = now - began
      this.#notBefore = cost > CHEAP_DRAW_MS ? now + Math.min(2 * cost, MAX_DEFER_MS) : 0
    })
  }

  #afterInterval(pace: number): () => void {
    const wait = Math.max(0, this.#lastRun + pace - Date.now())
    const timer = setTimeout(() => this.#run(), Math.min(wait, pace))
    return () => clearTimeout(timer)
  }

  #run(): void {
    // A listener that changes something is heard of in another round, not inside of this one.
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
    // Listeners that answer each change with another go on at the pace of frames: the page must not stand still.
    if (this.#runAgain && !this.#cancelPending) this.#cancelPending = onNextFrame(() => this.#run())
  }

  #callAll(): void {
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue
      try {
        listener()
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}

const MAX_ROUNDS = 10

const canDraw = () => typeof requestAnimationFrame === 'function' && !(typeof document !== 'undefined' && document.hidden)

/** The next animation frame; a timer where there is none, and behind it where the page is hidden and none comes. */
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
  // A page that is hidden after this call gets no frame; what was streamed must be told all the same.
  const fallback = setTimeout(run, 10 * FRAME_MS)
  return cancel
}
