// What a provider, gateway or proxy said when it said no: input of the core's readRefusal.

import { REASONS } from '../wasm/read-delta'
import type { CoreClass } from '../wasm/loader'
import type { Refusal, RefusalGiven } from '../types/refusal'

/** Throws a TypeError that names what is of the wrong type. */
export function makeReadRefusal(core: () => CoreClass) {
  return (given: string | RefusalGiven): Refusal => {
    if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) {
      throw new TypeError('readRefusal: give the text, or an object with status, headers and body')
    }
    const { status = 0, headers, body, errorType } = typeof given === 'string' ? { body: given } as RefusalGiven : given
    if (!Number.isInteger(status) || status < 0 || status > 999) throw new TypeError('readRefusal: status must be an HTTP status, such as 429')
    if (errorType !== undefined && typeof errorType !== 'string') throw new TypeError('readRefusal: errorType must be a string')
    const [reason, delay, message, provider, retryable] = core().readRefusal(status, lines(headers), text(body), errorType, Date.now() / 1000) as [number, number | null, string, string | null, boolean]
    return { reason: REASONS[reason]!, delay, message, provider, retryable }
  }
}

/** The fields, a line each, as the core takes them. */
function lines(headers: RefusalGiven['headers']): string {
  if (headers === undefined || headers === null) return ''
  if (typeof headers !== 'object') throw new TypeError('readRefusal: headers must be Headers, an object or a list of pairs')
  const fields = Symbol.iterator in headers ? headers as Iterable<[string, string]> : Object.entries(headers)
  return Array.from(fields, ([name, value]) => `${String(name).toLowerCase()}: ${String(value).replace(/[\r\n]+/g, ' ')}\n`).join('')
}

function text(body: unknown): string {
  if (typeof body === 'string') return body
  if (body instanceof Error) return String(body.message)
  return body === undefined || body === null ? '' : JSON.stringify(body) ?? String(body)
}
