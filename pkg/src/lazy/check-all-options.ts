// Numbers out of range and fallbacks without a target, for components in development. createStreamHandler leaves these to the core,
// which a component's page has not loaded while it renders. Same texts; tests/package/options.test.mjs compares. Bundlers drop this
// file from production builds.

import { optionError, validateOptions } from '../handler/validate-options'
import type { HandlerOptions, TargetOptions } from '../types/options'

type Range = readonly [from: number, to: number, expected: string]

const COUNT: Range = [0, 100, 'a whole number from 0 to 100']
const DELAY: Range = [0, 3600, 'seconds, from 0 to 3600']
const SILENCE: Range = [0, 86_400, 'seconds, from 0 to 86400']
const TOKENS: Range = [1, 1e15, 'a number of tokens per minute, 1 or more']

const RANGES = {
  retry: { maxRetries: COUNT, baseDelay: DELAY, maxDelay: DELAY, delays: DELAY, jitter: [0, 1, 'a number from 0 to 1'] as Range },
  resume: { maxAttempts: COUNT, baseDelay: DELAY, maxDelay: DELAY },
  stall: { background: SILENCE, foreground: SILENCE, requests: SILENCE },
}

/** Throws what `createStreamHandler` would throw for these options. */
export function checkAllOptions(given: HandlerOptions): void {
  const options = validateOptions(given)
  for (const [option, parts] of Object.entries(RANGES)) {
    const given = (options[option as keyof typeof RANGES] || {}) as Record<string, unknown>
    for (const [part, range] of Object.entries(parts)) checkRange(`${option}.${part}`, given[part], range)
  }
  const { quota, fallbacks } = options
  if (typeof quota === 'object') checkRange('quota', Object.values(quota), TOKENS)
  else if (quota !== false) checkRange('quota', quota, TOKENS)
  if (!(fallbacks as TargetOptions[] ?? []).every(({ agent, team, workflow, url }) => agent || team || workflow || url)) throw optionError('each of fallbacks needs one of agent, team, workflow or url')
}

function checkRange(name: string, given: unknown, [from, to, expected]: Range): void {
  for (const value of Array.isArray(given) ? given : given === undefined ? [] : [given]) {
    const number = Number(value)
    const isInside = number >= from && number <= to && (!expected.includes('whole') || Number.isInteger(number))
    if (!isInside) throw new RangeError(`createStreamHandler: ${name} must be ${expected}`)
  }
}
