// What a paused run asks for, where its stream did not say.

import { missingRequirements } from '../agentos/sessions'
import { componentRunsPath } from './run-path'
import type { CoreDriver } from './core-driver'

export async function tellRequirements(driver: CoreDriver): Promise<void> {
  const requirements = await missingRequirements(driver.options, componentRunsPath(driver.options), driver.snapshot)
  if (requirements && !driver.isDisposed) driver.core.tellPause(JSON.stringify(requirements))
}
