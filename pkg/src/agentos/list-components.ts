// The agents, teams and workflows of an AgentOS, or an error that tells the user why they cannot be listed.

import { rememberName } from '../snapshot/component-names'
import type { HandlerOptions } from '../types/options'
import { schemeError } from './endpoint'
import { getJson, RequestError } from './http-client'
import { answersAnyPage, refusedOrigin } from './unreachable'

/** An agent, team or workflow to talk to. To select it, pass `{ [kind]: id }` to `createStreamHandler`. */
export interface Component {
  kind: 'agent' | 'team' | 'workflow'
  id: string
  name: string
  /** Its description or role, as the server has it. */
  description?: string
  /** Name of its model, as the server has it. */
  model?: string
}

const KINDS = ['agent', 'team', 'workflow'] as const

/**
 * Lists the agents, teams and workflows of the AgentOS at `endpoint` (default: same origin), in the server's order.
 *
 * Rejects with an Error whose message tells the user why: no server, no AgentOS, this page's origin not allowed (CORS), a token
 * missing or rejected, `endpoint` without `http://`. It has `httpStatus` if there was a response. Errors thrown by `headers` are passed through.
 */
export async function listComponents(options: Pick<HandlerOptions, 'endpoint' | 'headers' | 'credentials' | 'fetch'> = {}): Promise<Component[]> {
  const { endpoint, ...rest } = checked(options)
  const given = { ...rest, endpoint: endpoint ?? '' }
  const wrong = schemeError(given.endpoint)
  if (wrong) throw new TypeError(`listComponents: ${wrong}`)
  const lists = await Promise.allSettled(KINDS.map((kind) => getJson(given, `/${kind}s`, {})))
  const failed = lists.filter((list) => list.status === 'rejected').map(({ reason }) => reason as RequestError)
  // One list may be missing (404); if all three are, this is not an AgentOS.
  const fatal = failed.find((reason) => reason?.httpStatus !== 404) ?? (failed.length === KINDS.length ? failed[0] : undefined)
  if (fatal) throw await diagnose(fatal, given)
  const components = lists.flatMap((list, at) => (list.status === 'fulfilled' && Array.isArray(list.value) ? list.value.flatMap((entry) => toComponent(KINDS[at]!, entry)) : []))
  for (const { kind, id, name } of components) if (name !== id) rememberName(given.endpoint, kind, id, name)
  return components
}

function checked(options: Parameters<typeof listComponents>[0] & {}): typeof options {
  const endpoint = (options as typeof options | null)?.endpoint
  const isObject = Object.prototype.toString.call(options) === '[object Object]'
  if (isObject && (endpoint == null || typeof endpoint === 'string')) return options
  throw new TypeError(`listComponents() takes an object { endpoint: 'http://…' }, ${isObject ? 'whose endpoint is a string' : `not ${typeof options === 'string' ? JSON.stringify(options) : String(options)}`}`)
}

function toComponent(kind: Component['kind'], entry: unknown): Component[] {
  const { id, name, description, role, model } = (entry ?? {}) as Record<string, unknown>
  if (typeof id !== 'string' || id === '') return []
  const about = [description, role].find((text) => typeof text === 'string' && text !== '') as string | undefined
  const { model: asked } = (model ?? {}) as Record<string, unknown>
  return [{
    kind, id, name: typeof name === 'string' && name !== '' ? name : id,
    ...(about === undefined ? {} : { description: about }), ...(typeof asked === 'string' ? { model: asked } : {}),
  }]
}

/** A more specific error, after a second request if it takes one to tell CORS from an unreachable server. */
async function diagnose(error: RequestError, { endpoint, fetch = globalThis.fetch }: { endpoint: string; fetch?: typeof globalThis.fetch }): Promise<RequestError> {
  // Thrown by the option `headers`.
  if (!(error instanceof RequestError)) return error
  const { httpStatus } = error
  if (httpStatus === 401 || httpStatus === 403) return new RequestError(`The server asks for a token, or does not accept this one (HTTP ${httpStatus}).`, httpStatus)
  if (httpStatus === 404) return new RequestError('There is a server, but no AgentOS at this address (HTTP 404).', httpStatus)
  if (httpStatus !== undefined) return error
  const url = new URL(`${endpoint.replace(/\/+$/, '')}/agents`, typeof location === 'undefined' ? undefined : location.href)
  return (await answersAnyPage(url.href, fetch)) ? new RequestError(refusedOrigin()) : error
}
