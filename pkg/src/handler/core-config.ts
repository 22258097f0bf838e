// The options as the core takes them: flat lists.

import { mustBe, refusal } from './validate-options'
import { started, type Source } from '../wasm/loader'
import type { Core } from '../../generated/core'
import type { CoreHost } from '../wasm/core-host'
import type { CheckedOptions } from '../types/checked-options'
import type { Fallback, ResumeOptions } from '../types/options'

/** The run route: of AgentOS, or the caller's own. */
export function pathOf(options: CheckedOptions | Fallback): string {
  const { url, agent, team, workflow } = options as CheckedOptions
  if (url) return url
  const [kind, id] = team ? ['teams', team] : agent ? ['agents', agent] : ['workflows', workflow]
  return id ? `/${kind}/${encodeURIComponent(id)}/runs` : ''
}

function limitsOf({ limits }: CheckedOptions): Float64Array {
  const { maxEventBytes, maxTextBytes, maxTimelineEntries, maxMessages, maxToolCalls } = limits ?? {}
  return Float64Array.of(...[maxEventBytes, maxTextBytes, maxTimelineEntries, maxMessages, maxToolCalls].map((n) => n ?? 0))
}

/** The fields of the next send. */
export function fieldsOf({ fields }: CheckedOptions): Record<string, string> {
  const given = (typeof fields === 'function' ? fields() : fields) ?? {}
  mustBe(['a plain object'], 'fields', given)
  return given
}

export function flat(record: Record<string, string> | undefined): string[] {
  // A field that is undefined is a field that is not there, whatever the types say.
  const given = Object.entries(record ?? {}).filter(([, value]) => value !== undefined && value !== null)
  return given.flatMap(([name, value]) => [name, String(value)])
}

/** maxRetries, baseDelay, maxDelay, jitter, then delays of one's own: the core checks them. */
function retryOf({ retry }: CheckedOptions): Float64Array {
  if (retry === false) return Float64Array.of(0)
  const { maxRetries, baseDelay, maxDelay, jitter, delays } = retry ?? {}
  return Float64Array.of(...[maxRetries, baseDelay, maxDelay, jitter].map((n, at) => Number(n ?? DEFAULT[at])), ...(delays ?? []).map(Number))
}

const DEFAULT = [3, 5, 60, 0]

/** Where single runs are to be found: the routes of a component, whatever `url` says. Empty: nowhere. */
export function runsOf({ agent, team, workflow }: CheckedOptions): string {
  return pathOf({ agent, team, workflow })
}

/** maxAttempts, baseDelay, maxDelay, then how long a stream may be silent: in the background, otherwise. */
function resumeOf({ resume, stall }: CheckedOptions): Float64Array {
  const { maxAttempts, baseDelay, maxDelay } = resume === false ? { maxAttempts: 0 } as ResumeOptions : (resume ?? {})
  const { background, foreground } = stall === false ? { background: 0, foreground: 0 } : (stall ?? {})
  return Float64Array.of(...[maxAttempts ?? 8, baseDelay ?? 1, maxDelay ?? 30, background ?? 40, foreground ?? 600].map(Number))
}

/** Path and name in turn. */
function fallbacksOf({ fallbacks }: CheckedOptions): string[] {
  return (fallbacks ?? []).flatMap((fallback) => {
    const path = pathOf(fallback)
    if (!path) throw refusal('each of fallbacks needs one of agent, team, workflow or url')
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
export function createCore(source: Source, host: CoreHost, options: CheckedOptions, seed: number, logs: boolean): Core {
  const core = new (started(source))(
    host, options.endpoint ?? '', pathOf(options), runsOf(options), options.name ?? null, options.sessionId ?? null,
    options.background ?? false, flat(options.activityTexts), limitsOf(options), retryOf(options),
    resumeOf(options), fallbacksOf(options), logs, seed,
  )
  setQuotas(core, options)
  return core
}
