/** A gauge: how much of its token quota a model has used in the last minute. */
import { timeOfDay } from './clock.js'
import { el } from './dom.js'

/** `quota`: an entry of `snapshot.quota`. */
export function quotaGauge({ model, inputTokens, limit, source, asOf }) {
  const used = limit === null ? `${inputTokens.toLocaleString()} input tokens` : `${inputTokens.toLocaleString()} of ${limit.toLocaleString()} input tokens`
  const origin = { option: 'quota as configured', learned: 'quota learned from a 429' }[source]
  const time = asOf > 0 && `in the minute to ${timeOfDay(asOf)}`
  return el('li', {},
    el('strong', {}, model || 'All models'),
    limit !== null && el('meter', { min: 0, max: limit, high: limit * 0.8, value: Math.min(inputTokens, limit), 'aria-label': used }),
    el('span', {}, [used, time, origin].filter(Boolean).join(', ')))
}
