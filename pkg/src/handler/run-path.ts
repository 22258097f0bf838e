// Paths of runs, from the options.

import type { CheckedOptions } from '../types/checked-options'
import type { Fallback } from '../types/options'

/** Path of the route that messages are posted to: `url`, else the component's. Empty if none is set. */
export function runPath(options: CheckedOptions | Fallback): string {
  const { url, agent, team, workflow } = options as CheckedOptions
  if (url) return url
  const [kind, id] = team ? ['teams', team] : agent ? ['agents', agent] : ['workflows', workflow]
  return id ? `/${kind}/${encodeURIComponent(id)}/runs` : ''
}

/** Path of the component's runs, where they are resumed, continued and cancelled, whatever `url` is. Empty if none is set. */
export function componentRunsPath({ agent, team, workflow }: CheckedOptions): string {
  return runPath({ agent, team, workflow })
}
