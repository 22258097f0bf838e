// The one timer of a core.

export class WakeTimer {
  #due: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Calls `due` when it fires. */
  constructor(due: () => void) {
    this.#due = due
  }

  /** Fires in `seconds`, and not when it was set to before. Negative: not at all. */
  set(seconds: number): void {
    clearTimeout(this.#timer)
    if (seconds >= 0) this.#timer = setTimeout(this.#due, seconds * 1000)
  }
}
