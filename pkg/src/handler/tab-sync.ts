// What the tabs of one origin tell each other of a rate limit, so that they do not all hammer one key: until when it
// lasts. Nothing else is said; what is heard is checked by the core.

interface TabMessage { until?: number; ask?: true }

export class TabSync {
  #channel: BroadcastChannel | undefined
  #until = -1

  #endpoint: string
  #onLimit: (until: number) => void

  /**
   * The tabs that talk to one server share its limit. `onLimit`: a limit of another tab's lasts until then, in seconds since
   * the Unix epoch; below zero: it is over.
   */
  constructor(endpoint: string, onLimit: (until: number) => void) {
    this.#endpoint = endpoint
    this.#onLimit = onLimit
  }

  /** Asks whether there is a limit now. */
  open(): void {
    if (this.#channel || typeof BroadcastChannel !== 'function') return
    try {
      this.#channel = new BroadcastChannel(`ai-stream-handler ${this.#endpoint.replace(/\/+$/, '')}`)
    } catch {
      // An opaque origin (a sandboxed frame) may not: this tab is on its own.
      return
    }
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.#receive(data)
    // Of Node: a channel must not keep a program running.
    ;(this.#channel as { unref?: () => void }).unref?.()
    this.#post({ ask: true })
  }

  /** This tab hit a limit, or (below zero) got past it. */
  tell(until: number): void {
    this.#until = until
    this.#post({ until })
  }

  close(): void {
    this.#channel?.close()
    this.#channel = undefined
  }

  #receive(data: TabMessage): void {
    if (data?.ask && this.#until > Date.now() / 1000) this.#post({ until: this.#until })
    else if (typeof data?.until === 'number') this.#onLimit(data.until)
  }

  #post(message: TabMessage): void {
    this.#channel?.postMessage(message)
  }
}
