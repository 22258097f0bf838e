// The options as the core takes them: flat lists.

import { assertKind, optionError } from './validate-options'
import { startModule, type ModuleSource } from '../wasm/loader'
import type { Core } from '../../generated/core'
import type { CoreHost } from '../wasm/core-host'
import type { CheckedOptions } from '../types/checked-options'
import type { Fallback, ResumeOptions } from '../types/options'

/** The run route: of AgentOS, or the caller's own. */
export function runPath(options: CheckedOptions | Fallback): string {
  const { url, agent, team, workflow } = options as CheckedOptions
  if (url) return url
  const [kind, id] = team ? ['teams', team] : agent ? ['agents', agent] : ['workflows', workflow]
  return id ? `/${kind}/${encodeURIComponent(id)}/runs` : ''
}

function limitArgs({ limits }: CheckedOptions): Float64Array {
  const { maxEventBytes, maxTextBytes, maxTimelineEntries, maxMessages, maxToolCalls } = limits ?? {}
  return Float64Array.of(...[maxEventBytes, maxTextBytes, maxTimelineEntries, maxMessages, maxToolCalls].map((n) => n ?? 0))
}

/** The fields of the next send. */
export function resolveFields({ fields }: CheckedOptions): Record<string, string> {
  const given = (typeof fields === 'function' ? fields() : fields) ?? {}
  assertKind(['a plain object'], 'fields', given)
  return given
}

export function flattenPairs(record: Record<string, string> | undefined): string[] {
  // A field that is undefined is a field that is not there, whatever the types say.
  const given = Object.entries(record ?? {}).filter(([, value]) => value !== undefined && value !== null)
  return given.flatMap(([name, value]) => [name, String(value)])
}

/** maxRetries, baseDelay, maxDelay, jitter, then delays of one's own: the core checks them. */
function retryArgs({ retry }: CheckedOptions): Float64Array {
  if (retry === false) return Float64Array.of(0)
  const { maxRetries, baseDelay, maxDelay, jitter, delays } = retry ?? {}
  return Float64Array.of(...[maxRetries, baseDelay, maxDelay, jitter].map((n, at) => Number(n ?? RETRY_DEFAULTS[at])), ...(delays ?? []).map(Number))
}

const RETRY_DEFAULTS = [3, 5, 60, 0]

/** Where single runs are to be found: the routes of a component, whatever `url` says. Empty: nowhere. */
export function componentRunsPath({ agent, team, workflow }: CheckedOptions): string {
  return runPath({ agent, team, workflow })
}

/** maxAttempts, baseDelay, maxDelay, then how long a stream may be silent: in the background, otherwise. */
function resumeArgs({ resume, stall }: CheckedOptions): Float64Array {
  const { maxAttempts, baseDelay, maxDelay } = resume === false ? { maxAttempts: 0 } as ResumeOptions : (resume ?? {})
  const { background, foreground } = stall === false ? { background: 0, foreground: 0 } : (stall ?? {})
  return Float64Array.of(...[maxAttempts ?? 8, baseDelay ?? 1, maxDelay ?? 30, background ?? 40, foreground ?? 600].map(Number))
}

/** Path and name in turn. */
function fallbackArgs({ fallbacks }: CheckedOptions): string[] {
  return (fallbacks ?? []).flatMap((fallback) => {
    const path = runPath(fallback)
    if (!path) throw optionError('each of fallbacks needs one of agent, team, workflow or url')
    return [path, fallback.name ?? '']
  })
}

/** Tells the core of each quota. */
function setQuotas(core: { quota(model: string | undefined, limit: number): void; quotaOff(): void }, { quota }: CheckedOptions): void {
  if (quota === false) core.quotaOff()
  else if (typeof quota === 'object' && quota !== null) {
    for (const [model, limit] of Object.entries(quota)) core.quota(model, Number(limit))
  } else if (quota !== undefined) core.quota(undefined, Number(quota))
}

/** Throws a RangeError that names the option that cannot be. */
export function createCore(source: ModuleSource, host: CoreHost, options: CheckedOptions, seed: number, logs: boolean): Core {
  const core = new (startModule(source))(
    host, options.endpoint ?? '', runPath(options), componentRunsPath(options), options.name ?? null, options.sessionId ?? null,
    options.background ?? false, flattenPairs(options.activityTexts), limitArgs(options), retryArgs(options),
    resumeArgs(options), fallbackArgs(options), logs, seed,
  )
  setQuotas(core, options)
  return core
}
