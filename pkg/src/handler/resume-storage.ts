// Stores the resume point of an unfinished answer, so that it continues after a page reload. Ids and texts only; never a header,
// a token or a form field. What is read back is validated: storage is untrusted. Never throws.

import { resumeLocation } from './resume-location'
import type { CheckedOptions } from '../types/checked-options'
import type { ResumePoint } from '../types/recording'

interface Stored extends ResumePoint {
  version: 1
  /** When it was written, in seconds since the Unix epoch. */
  at: number
}

/** Seconds. AgentOS drops a run's stream after half an hour, but keeps its result. */
const MAX_AGE = 86_400
/** Delay of a write after a change. */
const WRITE_INTERVAL_MS = 500

/** Which handler of this page writes to a key: the one whose answer is unfinished. */
const writers = new Map<string, ResumeStorage>()

export class ResumeStorage {
  #storage: Storage
  #key: string
  /** What is stored now, as far as is known. */
  #written: string | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #current: () => ResumePoint | null

  /** `current` returns the resume point of the unfinished answer, or `null` if there is none. */
  constructor(storage: Storage, key: string, current: () => ResumePoint | null) {
    this.#storage = storage
    this.#key = key
    this.#current = current
  }

  /** The storage that the options ask for; `undefined` if there is none. */
  static for(options: CheckedOptions, current: () => ResumePoint | null): ResumeStorage | undefined {
    const location = resumeLocation(options)
    return location && new ResumeStorage(location.storage, location.key, current)
  }

  /** The stored resume point if it is valid and less than a day old. Anything else is removed. */
  read(): ResumePoint | null {
    // It belongs to another handler of this page.
    if (writers.has(this.#key)) return null
    try {
      this.#written = this.#storage.getItem(this.#key)
      if (this.#written === null) return null
      const stored: unknown = JSON.parse(this.#written)
      if (isValid(stored) && Math.abs(Date.now() / 1000 - stored.at) < MAX_AGE) return stored
    } catch {
      // Invalid JSON, or storage is not accessible.
    }
    this.#write(null)
    return null
  }

  /** Something changed: writes soon. */
  changed(): void {
    this.#timer ??= setTimeout(() => this.flush(), WRITE_INTERVAL_MS)
  }

  /** Writes now. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const point = this.#current()
    const writer = writers.get(this.#key)
    if (writer !== undefined && writer !== this) return
    if (point) writers.set(this.#key, this)
    else writers.delete(this.#key)
    const stored: Stored | null = point && { version: 1, at: Date.now() / 1000, ...point }
    this.#write(stored && JSON.stringify(stored))
  }

  /** Writes a last time and releases the key. What is stored stays. */
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
      // Full or forbidden: the page works without.
    }
  }
}

function isValid(value: unknown): value is Stored {
  const s = value as Partial<Stored> | null
  const isTextOrNull = (x: unknown) => x === null || typeof x === 'string'
  return typeof s === 'object' && s !== null && s.version === 1 && Number.isFinite(s.at) &&
    typeof s.runId === 'string' && s.runId !== '' && isTextOrNull(s.sessionId) && isTextOrNull(s.streamId ?? null) && Number.isSafeInteger(s.lastIndex) && s.lastIndex! >= 0 &&
    typeof s.name === 'string' && isTextOrNull(s.user) && Number.isFinite(s.askedAt) && typeof s.text === 'string' && ['string', 'undefined'].includes(typeof s.edited) &&
    (s.pause === null || (typeof s.pause?.message === 'string' && Array.isArray(s.pause.requirements) && s.pause.requirements.every((r) => typeof r === 'string')))
}
