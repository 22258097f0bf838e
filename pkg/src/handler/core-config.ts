// Options → two lists, of texts and of numbers: an object would need a deserializer in the core.
// Their order: src/wasm/options.rs.

import { pairsOf } from '../agentos/authorized-fetch'
import { givenName } from '../snapshot/component-names'
import { startModule, type ModuleSource } from '../wasm/loader'
import { componentRunsPath, runPath } from './run-path'
import { assertKind, optionError } from './validate-options'
import type { Core } from '../../generated/core'
import type { CheckedOptions } from '../types/checked-options'
import type { ResumeOptions } from '../types/options'
import type { CoreHost } from '../wasm/core-host'

/** Creates a core, starting the module if necessary. Throws a RangeError that names an option out of range. */
export function createCore(source: ModuleSource, host: CoreHost, options: CheckedOptions, seed: number, hasLog: boolean): Core {
  const fallbacks = fallbackPairs(options)
  const { endpoint, sessionId, background, activityTexts } = options
  const texts = [endpoint, runPath(options), componentRunsPath(options), givenName(options), sessionId].map((text) => text ?? '')
  const numbers = [Number(background ?? false), Number(hasLog), seed, fallbacks.length / 2, ...limits(options), ...resume(options), ...retry(options)]
  const core = new (startModule(source))(host, [...texts, ...fallbacks, ...flattenPairs(activityTexts)], numbers)
  setQuotas(core, options)
  return core
}

/** The option `fields`, evaluated for the next send. Throws a TypeError if the function returns no plain object. */
export function resolveFields({ fields }: CheckedOptions): Record<string, string> {
  const given = (typeof fields === 'function' ? fields() : fields) ?? {}
  assertKind(['a plain object'], 'fields', given)
  return given
}

/** Names and values alternating. `undefined` and `null` are left out, although the types do not allow them. */
export function flattenPairs(record: Record<string, string> | undefined): string[] {
  return record ? pairsOf(record).flat() : []
}

/** In the order of `Limits`; 0: the default. */
function limits({ limits }: CheckedOptions): number[] {
  const { maxEventBytes, maxTextBytes, maxTimelineEntries, maxMessages, maxToolCalls } = limits ?? {}
  return [maxEventBytes, maxTextBytes, maxTimelineEntries, maxMessages, maxToolCalls].map((n) => n ?? 0)
}

/** maxRetries, baseDelay, maxDelay, jitter, then the explicit delays. */
function retry({ retry }: CheckedOptions): number[] {
  if (retry === false) return [0]
  const { maxRetries, baseDelay, maxDelay, jitter, delays } = retry ?? {}
  return [maxRetries ?? 3, baseDelay ?? 5, maxDelay ?? 60, jitter ?? 0, ...(delays ?? [])].map(Number)
}

/** maxAttempts, baseDelay, maxDelay, then the seconds of silence allowed for background runs and for others; 0: any number. */
function resume({ resume, stall }: CheckedOptions): number[] {
  const { maxAttempts, baseDelay, maxDelay } = resume === false ? { maxAttempts: 0 } as ResumeOptions : (resume ?? {})
  const { background, foreground } = stall === false ? { background: 0, foreground: 0 } : (stall ?? {})
  return [maxAttempts ?? 8, baseDelay ?? 1, maxDelay ?? 30, background ?? 40, foreground ?? 600].map(Number)
}

/** Paths and names alternating. Throws a TypeError for a fallback without a path. */
function fallbackPairs({ endpoint, fallbacks }: CheckedOptions): string[] {
  return (fallbacks ?? []).flatMap((fallback) => {
    const path = runPath(fallback)
    if (!path) throw optionError('each of fallbacks needs one of agent, team, workflow or url')
    return [path, givenName({ endpoint, ...fallback }) ?? '']
  })
}

function setQuotas(core: Pick<Core, 'quota' | 'quotaOff'>, { quota }: CheckedOptions): void {
  if (quota === false) core.quotaOff()
  else if (typeof quota === 'object' && quota !== null) {
    for (const [model, limit] of Object.entries(quota)) core.quota(model, Number(limit))
  } else if (quota !== undefined) core.quota(undefined, Number(quota))
}
