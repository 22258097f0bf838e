// What a page keeps of an answer that is not finished, so that it goes on after a refresh. Names and words; never a header,
// a token or a field of the caller's. What is read back is checked: storage is anybody's.

import type { CheckedOptions } from '../types/checked-options'
import type { ResumePoint } from '../types/recording'

interface Stored extends ResumePoint {
  version: 1
  /** Seconds since the Unix epoch. */
  at: number
}

/** Seconds. AgentOS forgets a run's stream after half an hour, and keeps its end for good. */
const MAX_AGE = 86_400
/** Milliseconds between two writes. */
const WRITE_INTERVAL_MS = 500

/** Who writes under a key: of several handlers in one page the one whose answer is under way. */
const writers = new Map<string, ResumeStorage>()

export class ResumeStorage {
  #storage: Storage
  #key: string
  #written: string | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  #current: () => ResumePoint | null

  constructor(storage: Storage, key: string, now: () => ResumePoint | null) {
    this.#storage = storage
    this.#key = key
    this.#current = now
  }

  /** For the options, where there is a storage and something to keep. */
  static for(options: CheckedOptions, runs: string, now: () => ResumePoint | null): ResumeStorage | undefined {
    const { persist = options.background ? 'session' : false, endpoint = '' } = options
    if (persist === false || !runs) return undefined
    // Only pages have one; to ask for it elsewhere may print a warning.
    if (typeof persist === 'string' && typeof document === 'undefined') return undefined
    try {
      const storage = persist === 'session' ? globalThis.sessionStorage : persist === 'local' ? globalThis.localStorage : persist
      return storage && new ResumeStorage(storage, `ai-stream-handler ${endpoint.replace(/\/+$/, '')}${runs}`, now)
    } catch {
      // A page may be forbidden to store anything.
      return undefined
    }
  }

  /** What was kept, if it is whole, and young enough. Anything else is removed. */
  read(): ResumePoint | null {
    // Another handler of this page is at it.
    if (writers.has(this.#key)) return null
    try {
      this.#written = this.#storage.getItem(this.#key)
      if (this.#written === null) return null
      const stored: unknown = JSON.parse(this.#written)
      if (isValid(stored) && Math.abs(Date.now() / 1000 - stored.at) < MAX_AGE) return stored
    } catch {
      // Broken, or out of reach.
    }
    this.#write(null)
    return null
  }

  /** Something changed: it is written down soon. */
  changed(): void {
    this.#timer ??= setTimeout(() => this.flush(), WRITE_INTERVAL_MS)
  }

  /** Writes it down now. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const kept = this.#current()
    const writer = writers.get(this.#key)
    if (writer !== undefined && writer !== this) return
    if (kept) writers.set(this.#key, this)
    else writers.delete(this.#key)
    const stored: Stored | null = kept && { version: 1, at: Date.now() / 1000, ...kept }
    this.#write(stored && JSON.stringify(stored))
  }

  /** The handler goes; what was written stays. */
  close(): void {
    this.flush()
    if (writers.get(this.#key) === this) writers.delete(this.#key)
  }

  #write(text: string | null): void {
    if (text === this.#written) return
    this.#written = text
    try {
      if (text === null) this.#storage.removeItem(this.#key)
      else this.#storage.setItem(this.#key, text)
    } catch {
      // Full, or forbidden: the page works as without.
    }
  }
}

function isValid(value: unknown): value is Stored {
  const s = value as Partial<Stored> | null
  const isTextOrNull = (x: unknown) => x === null || typeof x === 'string'
  return typeof s === 'object' && s !== null && s.version === 1 && Number.isFinite(s.at) &&
    typeof s.runId === 'string' && s.runId !== '' && isTextOrNull(s.sessionId) && Number.isSafeInteger(s.lastIndex) && s.lastIndex! >= 0 &&
    typeof s.name === 'string' && isTextOrNull(s.user) && Number.isFinite(s.askedAt) && typeof s.text === 'string' &&
    (s.pause === null || (typeof s.pause?.message === 'string' && Array.isArray(s.pause.requirements) && s.pause.requirements.every((r) => typeof r === 'string')))
}
