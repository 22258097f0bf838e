// When listeners hear of changes: once per animation frame, at once, or at most every so many milliseconds.

/** Without animation frames (Node, a worker, a hidden page): as often as a screen would draw. */
const FRAME = 16

export class Notifier {
  #listeners = new Set<() => void>()
  #cancelPending: (() => void) | null = null
  #lastRun = 0
  #running = false
  #again = false

  constructor(
    private readonly pace: 'frame' | 'sync' | number,
    private readonly onError: (error: unknown) => void,
  ) {}

  subscribe(listener: () => void): () => void {
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const entry = () => listener()
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  /** Something changed. `urgent`: an answer ended, which nobody wants to hear late. */
  changed(urgent: boolean): void {
    if (this.#listeners.size === 0) return
    if (urgent || this.pace === 'sync') return this.#run()
    if (this.#cancelPending) return
    this.#cancelPending = this.pace === 'frame' ? onNextFrame(() => this.#run()) : this.#later(this.pace)
  }

  stop(): void {
    this.#cancelPending?.()
    this.#cancelPending = null
    this.#again = false
    this.#listeners.clear()
  }

  #later(pace: number): () => void {
    const wait = Math.max(0, this.#lastRun + pace - Date.now())
    const timer = setTimeout(() => this.#run(), Math.min(wait, pace))
    return () => clearTimeout(timer)
  }

  #run(): void {
    // A listener that changes something is heard of in another round, not inside of this one.
    this.#again = true
    if (this.#running) return
    this.#running = true
    for (let round = 0; this.#again && round < MOST_ROUNDS; round++) {
      this.#again = false
      this.#cancelPending?.()
      this.#cancelPending = null
      this.#lastRun = Date.now()
      this.#tellAll()
    }
    this.#running = false
    // Listeners that answer each change with another go on at the pace of frames: the page must not stand still.
    if (this.#again && !this.#cancelPending) this.#cancelPending = onNextFrame(() => this.#run())
  }

  #tellAll(): void {
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue
      try {
        listener()
      } catch (error) {
        this.onError(error)
      }
    }
  }
}

const MOST_ROUNDS = 10

/** The next animation frame; a timer where there is none, and behind it where the page is hidden and none comes. */
function onNextFrame(run: () => void): () => void {
  if (typeof requestAnimationFrame !== 'function' || (typeof document !== 'undefined' && document.hidden)) {
    const timer = setTimeout(run, FRAME)
    return () => clearTimeout(timer)
  }
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(fallback)
  }
  const frame = requestAnimationFrame(run)
  // A page that is hidden after this call gets no frame; what was streamed must be told all the same.
  const fallback = setTimeout(run, 10 * FRAME)
  return cancel
}
