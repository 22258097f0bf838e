// What a paused run asks for, where its stream did not say.

import { missingRequirements } from '../agentos/sessions'
import { componentRunsPath } from './run-path'
import type { Core } from '../../generated/core'
import type { CheckedOptions } from '../types/checked-options'
import type { Snapshot } from '../types/snapshot'

/** Whoever shows the pause. */
interface PausedHandler {
  readonly options: CheckedOptions
  readonly snapshot: Snapshot
  readonly isDisposed: boolean
  readonly core: Pick<Core, 'tellPause'>
}

export async function tellRequirements(handler: PausedHandler): Promise<void> {
  const requirements = await missingRequirements(handler.options, componentRunsPath(handler.options), handler.snapshot)
  if (requirements && !handler.isDisposed) handler.core.tellPause(JSON.stringify(requirements))
}
