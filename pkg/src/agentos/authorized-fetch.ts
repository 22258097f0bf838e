// Makes requests with the option `fetch`. One that is answered with 401 goes out again, once, if the option `headers` has something
// new to say: a token may have expired since the request was made.

import { noteAnswer } from './unreachable'
import type { CheckedOptions } from '../types/checked-options'

/**
 * Whatever `fetch` returns for `request`; rejects with what it throws. `form` is the request's body, to be sent again, and `renewForm`
 * brings it up to date and tells whether that changed it. `reportError` gets what `headers` and `renewForm` throw.
 */
export async function fetchAuthorized(
  options: CheckedOptions, request: Request, form?: FormData, renewForm?: (form: FormData) => boolean, reportError?: (error: unknown) => void,
): Promise<Response> {
  const { fetch = globalThis.fetch } = options
  const answer = await fetch(request)
  let status: number | undefined
  try {
    ({ status } = answer)
  } catch {
    // A custom fetch may return anything.
  }
  noteAnswer(request.url, status)
  if (status !== 401 || typeof options.headers !== 'function') return answer
  let again: Request | undefined
  try {
    again = await renew(options, request, form, renewForm)
  } catch (error) {
    reportError?.(error)
  }
  if (!again) return answer
  // Releases the connection.
  void Promise.resolve(answer.body).then((body) => body?.cancel()).catch(() => {})
  return fetch(again)
}

/** The request with the headers of now, and its whole body. `undefined` if nothing changed. */
async function renew(options: CheckedOptions, request: Request, form?: FormData, renewForm?: (form: FormData) => boolean): Promise<Request | undefined> {
  const headers = new Headers(await resolveHeaders(options))
  // The form sets its own, with the multipart boundary.
  if (form) headers.delete('content-type')
  const isFormNew = form && renewForm?.(form)
  const again = new Request(request, { headers, ...(form && { body: form }) })
  return isFormNew || ownHeaders(again) !== ownHeaders(request) ? again : undefined
}

const ownHeaders = ({ headers }: Request) => JSON.stringify([...headers].filter(([name]) => name !== 'content-type'))

/**
 * The option `headers`, evaluated for the next request. Besides records it takes what fetch does (Headers, a list of pairs);
 * values that are `undefined` or `null` are left out.
 */
export async function resolveHeaders({ headers }: Pick<CheckedOptions, 'headers'>): Promise<Record<string, string>> {
  return Object.fromEntries(pairsOf((typeof headers === 'function' ? await headers() : headers) ?? {}))
}

/** Names and values of headers in any form: Headers, pairs, a Map, a record. */
export function pairsOf(headers: unknown): [string, string][] {
  const entries = Symbol.iterator in Object(headers) ? [...(headers as Iterable<[string, unknown]>)] : Object.entries(headers as object)
  return entries.filter(([, value]) => value !== undefined && value !== null).map(([name, value]) => [name, String(value)])
}
