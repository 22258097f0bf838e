// Talks to the other tabs of this origin: until when a rate limit lasts, so that they do not all run into it, and which answers begin
// and end, so that tabs with the same session can show them. Messages from other tabs are untrusted: the core checks the time, and
// of an answer only the ids are taken.

/** An answer has begun or ended in a session. */
export interface RunNews { session: string; run: string; isOver: boolean }

interface TabMessage { until?: number; ask?: true; news?: Partial<RunNews> }

export interface TabListeners {
  /** Called with the end of another tab's limit, in seconds since the Unix epoch; negative: it is over. */
  limit?: (until: number) => void
  news?: (news: RunNews) => void
}

export class TabSync {
  #endpoint: string
  #listeners: TabListeners
  #channel: BroadcastChannel | undefined
  #until = -1

  /** Opens nothing yet. Tabs that use the same `endpoint` talk to each other. */
  constructor(endpoint: string, listeners: TabListeners) {
    this.#endpoint = endpoint
    this.#listeners = listeners
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
    if (this.#listeners.limit) this.#post({ ask: true })
  }

  /** This tab hit a limit that lasts until then, in seconds since the Unix epoch; negative: it is over. */
  announce(until: number): void {
    if (!this.#listeners.limit) return
    this.#until = until
    this.#post({ until })
  }

  tell(news: RunNews): void {
    this.#post({ news })
  }

  close(): void {
    this.#channel?.close()
    this.#channel = undefined
  }

  #receive(data: TabMessage): void {
    const { session, run, isOver } = data?.news ?? {}
    if (typeof session === 'string' && typeof run === 'string') this.#listeners.news?.({ session, run, isOver: isOver === true })
    else if (data?.ask && this.#until > Date.now() / 1000) this.#post({ until: this.#until })
    else if (typeof data?.until === 'number') this.#listeners.limit?.(data.until)
  }

  #post(message: TabMessage): void {
    this.#channel?.postMessage(message)
  }
}
