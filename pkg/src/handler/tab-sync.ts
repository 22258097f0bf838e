// Tells the other tabs of this origin until when a rate limit lasts, so that they do not all run into it. Nothing else is
// exchanged. Messages from other tabs are untrusted: the core checks the time.

interface TabMessage { until?: number; ask?: true }

export class TabSync {
  #endpoint: string
  #onLimit: (until: number) => void
  #channel: BroadcastChannel | undefined
  #until = -1

  /**
   * Opens nothing yet. Tabs that use the same `endpoint` share its limits. `onLimit` is called with the end of another tab's limit,
   * in seconds since the Unix epoch; negative: it is over.
   */
  constructor(endpoint: string, onLimit: (until: number) => void) {
    this.#endpoint = endpoint
    this.#onLimit = onLimit
  }

  /** Starts listening, and asks the other tabs whether there is a limit now. */
  open(): void {
    if (this.#channel || typeof BroadcastChannel !== 'function') return
    try {
      this.#channel = new BroadcastChannel(`ai-stream-handler ${this.#endpoint.replace(/\/+$/, '')}`)
    } catch {
      // Forbidden in opaque origins, such as sandboxed frames.
      return
    }
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.#receive(data)
    // Node: an open channel must not keep the process running.
    ;(this.#channel as { unref?: () => void }).unref?.()
    this.#post({ ask: true })
  }

  /** This tab hit a limit that lasts until then, in seconds since the Unix epoch; negative: it is over. */
  announce(until: number): void {
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
