// Holds the core of a handler: created on first use, because handlers are created at page load, long before the first message; and
// wrapped while a recorder listens.

import type { Core } from '../../generated/core'
import type { RecordingTap } from '../types/recorder-hooks'

export class CoreSlot {
  /** The recorder's tap, if there is one. */
  tap: RecordingTap | undefined
  #create: () => Core
  #own: Core | undefined
  #tapped: Core | undefined

  constructor(create: () => Core) {
    this.#create = create
  }

  get core(): Core {
    return this.#tapped ?? this.own
  }

  /** The core itself. */
  get own(): Core {
    return (this.#own ??= this.#create())
  }

  /** The core if it was created already. */
  get existing(): Core | undefined {
    return this.#tapped ?? this.#own
  }

  get isTapped(): boolean {
    return this.#tapped !== undefined
  }

  listen(tap: RecordingTap | undefined): void {
    this.tap = tap
    this.#tapped = tap?.over(this.own)
  }

  /** Takes the tap away. Returns the core if it was created already. */
  untap(): Core | undefined {
    this.tap = this.#tapped = undefined
    return this.#own
  }

  /** Puts another core in its place. */
  put(core: Core): void {
    this.#own = core
  }
}
