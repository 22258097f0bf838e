// What recorders and players, and the entries that load the core later, get from a handler: see types/recorder-hooks.ts.

import { hitlFields } from '../agentos/hitl-fields'
import { takeOver } from './take-over'
import type { SnapshotStore } from '../snapshot/snapshot-store'
import type { CoreSlot } from './core-slot'
import type { CheckedOptions } from '../types/checked-options'
import type { RecorderHooks } from '../types/recorder-hooks'
import type { LoadedMessages, RecalledTurns, RecordingStart, ResumePoint } from '../types/recording'
import type { Snapshot } from '../types/snapshot'

/** What the driver lets these see and do. */
interface HookedDriver {
  options: CheckedOptions
  seed: number
  slot: CoreSlot
  /** The state now; `null` after `dispose()`. */
  state(): HookedState | null
  replay: RecorderHooks['replay']
  store(): SnapshotStore
  /** Sets the time of the calls that follow, in seconds since the Unix epoch; `undefined`: the real time. */
  clock(now: number | undefined): void
  report(error: unknown): void
}

interface HookedState {
  snapshot: Snapshot
  /** What the core has passed to be stored. */
  kept(): ResumePoint | null
  /** The messages of `load`, if nothing has streamed after them. */
  loaded: LoadedMessages | undefined
  /** The stored turns shown, and how many requests had been made by then. */
  recalled: (RecalledTurns & { requests: number }) | undefined
}

export function recorderHooks({ options, seed, slot, state, replay, store, clock, report }: HookedDriver): RecorderHooks {
  return {
    options, seed, replay, hitlFields,
    start: () => recordingStart(slot, state()),
    listen: (tap) => slot.listen(tap),
    takeOver: (...waiting) => takeOver({ core: () => slot.core, adopt: (replace) => store().adopt(replace(store().snapshot)), clock, report }, ...waiting),
  }
}

function recordingStart(slot: CoreSlot, state: HookedState | null): RecordingStart | null {
  if (!state || state.snapshot.isStreaming) return null
  const { snapshot: { sessionId }, kept, loaded, recalled } = state
  // Creates the core if there is none: not before it is known that the handler was not disposed of.
  const core = slot.own
  core.keep()
  const requests = core.requests()
  const start: RecordingStart = { requests, sessionId, kept: kept(), reached: core.reached }
  if (loaded) start.loaded = loaded
  if (recalled?.requests === requests) start.recalled = { first: recalled.first, calls: recalled.calls }
  return start
}
