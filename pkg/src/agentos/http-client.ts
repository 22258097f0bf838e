// Requests to AgentOS for JSON. In: the handler's options, whose `fetch` and `headers` are used. Out: the parsed body, or a
// RequestError whose message is for the user.

import { fetchAuthorized, resolveHeaders } from './authorized-fetch'
import type { CheckedOptions } from '../types/checked-options'

/** A failed request. The message is for the user; `httpStatus` is set if there was a response, `detail` if that said more. */
export class RequestError extends Error {
  override name = 'RequestError'
  constructor(message: string, readonly httpStatus?: number, readonly detail?: string) {
    super(message)
  }
}

/** Parsed body of a GET request. Throws a RequestError, or whatever the option `headers` throws. */
export function getJson(options: CheckedOptions, path: string, query: Query): Promise<unknown> {
  return requestJson(options, 'GET', path, query)
}

type Query = Record<string, string | number | undefined>

/** A request with the handler's headers: a custom fetch gets a Request, as for every other request of the handler. */
export async function requestTo(options: CheckedOptions, path: string, query: Query, init: RequestInit): Promise<Request> {
  const { endpoint = '', credentials = 'same-origin' } = options
  const given = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)])
  const url = `${endpoint.replace(/\/+$/, '')}${path}?${new URLSearchParams(given as [string, string][])}`
  const headers = new Headers(await resolveHeaders(options))
  if (typeof init.body === 'string') headers.set('content-type', 'application/json')
  return new Request(addressOf(url, endpoint), { headers, credentials, ...init })
}

function addressOf(url: string, endpoint: string): URL {
  try {
    return new URL(url, typeof location === 'undefined' ? undefined : location.href)
  } catch {
    throw new TypeError(`endpoint must be an address that starts with http:// or https://, not "${endpoint}"`)
  }
}

/** The same of any request; `body` is sent as JSON. Null if the response has no body. */
export async function requestJson(options: CheckedOptions, method: string, path: string, query: Query, body?: object): Promise<unknown> {
  const controller = new AbortController()
  const request = await requestTo(options, path, query, { method, signal: controller.signal, ...(body && { body: JSON.stringify(body) }) })
  const seconds = options.stall === false ? 0 : options.stall?.requests ?? 30
  return withoutSilence(seconds, async (heard, hold) => {
    let answer: Response
    try {
      // The page may have to renew its token after a 401, which takes none of the server's time.
      const headers = () => (hold(), resolveHeaders(options).finally(heard))
      answer = await fetchAuthorized(typeof options.headers === 'function' ? { ...options, headers } : options, request)
    } catch {
      throw new RequestError('The server could not be reached.')
    }
    heard()
    // A custom fetch may return anything.
    if (!answer?.ok) throw new RequestError(`The server answered with HTTP ${answer?.status}.`, answer?.status, await detailOf(answer))
    if (answer.status === 204) return null
    try {
      return await heardOf(answer, heard).json()
    } catch {
      throw new RequestError('The server answered with something that is no JSON. Is the address right?', answer.status)
    }
  }, () => controller.abort())
}

/**
 * Settles as `work` does. If `work` has not called `heard` for `seconds`, calls `stop` and rejects without waiting for `work`, because a
 * custom fetch may ignore the signal. After `hold` nothing is due until the next `heard`. 0: no limit.
 */
async function withoutSilence<T>(seconds: number, work: (heard: () => void, hold: () => void) => Promise<T>, stop: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const hold = () => clearTimeout(timer)
  try {
    return await new Promise<T>((resolve, reject) => {
      const heard = () => {
        hold()
        if (seconds) timer = setTimeout(() => {
          reject(new RequestError(`The server has not answered for ${seconds} second${seconds === 1 ? '' : 's'}.`))
          seconds = 0
          stop()
        }, seconds * 1000)
      }
      heard()
      work(heard, hold).then(resolve, reject)
    })
  } finally {
    hold()
  }
}

/** The same response, which calls `heard` for each part of its body. One with a `json` of its own, from a custom fetch, stays as it is. */
function heardOf(answer: Response, heard: () => void): Response {
  if (answer.json !== Response.prototype.json || !answer.body) return answer
  return new Response(answer.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, parts) {
      heard()
      parts.enqueue(chunk)
    },
  })))
}

/** What AgentOS says of a refusal. */
async function detailOf(answer: Response): Promise<string | undefined> {
  try {
    const { detail } = (await answer.json()) as { detail?: unknown }
    return typeof detail === 'string' ? detail : undefined
  } catch {
    return undefined
  }
}

/** Query parameters that select the component: its kind and id. Empty if none is set. */
export function componentQuery({ team, agent, workflow }: CheckedOptions): { type?: string; component_id?: string } {
  if (team !== undefined) return { type: 'team', component_id: team }
  if (agent !== undefined) return { type: 'agent', component_id: agent }
  return workflow === undefined ? {} : { type: 'workflow', component_id: workflow }
}
