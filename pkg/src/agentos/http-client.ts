// AgentOS's lists, over the caller's fetch: JSON, or an error that says why.

import type { CheckedOptions } from '../types/checked-options'

/** What went wrong with a request that is no stream. */
export class RequestError extends Error {
  override name = 'RequestError'
  constructor(message: string, readonly httpStatus?: number) {
    super(message)
  }
}

export async function getJson(options: CheckedOptions, path: string, query: Record<string, string | number | undefined>): Promise<unknown> {
  const { endpoint = '', credentials = 'same-origin', fetch = globalThis.fetch } = options
  const given = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)])
  const url = `${endpoint.replace(/\/+$/, '')}${path}?${new URLSearchParams(given as [string, string][])}`
  // As every request of the handler's: a fetch of the caller's own gets a Request.
  const base = typeof location === 'undefined' ? undefined : location.href
  const request = new Request(new URL(url, base), { headers: await resolveHeaders(options), credentials })
  let answer: Response
  try {
    answer = await fetch(request)
  } catch {
    throw new RequestError('The server could not be reached.')
  }
  if (!answer.ok) throw new RequestError(`The server answered with HTTP ${answer.status}.`, answer.status)
  try {
    return await answer.json()
  } catch {
    throw new RequestError('The server answered with something that is no JSON. Is the address right?', answer.status)
  }
}

/** The headers of the next request: a record, or what `fetch` takes besides. One that is undefined is not there. */
export async function resolveHeaders({ headers }: Pick<CheckedOptions, 'headers'>): Promise<Record<string, string>> {
  const given: unknown = (typeof headers === 'function' ? await headers() : headers) ?? {}
  const entries = Symbol.iterator in Object(given) ? [...(given as Iterable<[string, unknown]>)] : Object.entries(given as object)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null).map(([name, value]) => [name, String(value)]))
}

/** `team`, `agent` or `workflow`, and its id. */
export function componentQuery({ team, agent, workflow }: CheckedOptions): { type?: string; component_id?: string } {
  if (team !== undefined) return { type: 'team', component_id: team }
  if (agent !== undefined) return { type: 'agent', component_id: agent }
  return workflow === undefined ? {} : { type: 'workflow', component_id: workflow }
}
