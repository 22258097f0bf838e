// What an AgentOS offers: its agents, teams and workflows, or the reason why it does not say.

import type { HandlerOptions } from '../types/options'
import { getJson, RequestError } from './http-client'

/** Somebody to talk to; `kind` and `id` make the option: `{ [kind]: id }`. */
export interface Component {
  kind: 'agent' | 'team' | 'workflow'
  id: string
  name: string
  /** What it is for, in the server's words. */
  description?: string
  /** The model that it asks, as the server names it. */
  model?: string
}

const KINDS = ['agent', 'team', 'workflow'] as const

/**
 * The agents, teams and workflows of the AgentOS at `endpoint`, in its order. Rejects with an Error whose message says why not,
 * for the user: nobody there, this page's origin not allowed (CORS), a token asked for; `httpStatus`, if there was an answer. What `headers`
 * throws comes as it is.
 */
export async function listComponents(options: Pick<HandlerOptions, 'endpoint' | 'headers' | 'credentials' | 'fetch'> = {}): Promise<Component[]> {
  const { endpoint, ...rest } = options
  const given = { ...rest, endpoint: endpoint ?? '' }
  const lists = await Promise.allSettled(KINDS.map((kind) => getJson(given, `/${kind}s`, {})))
  const failed = lists.filter((list) => list.status === 'rejected').map(({ reason }) => reason as RequestError)
  // An AgentOS may be without a kind; one without any is none.
  const fatal = failed.find((reason) => reason?.httpStatus !== 404) ?? (failed.length === KINDS.length ? failed[0] : undefined)
  if (fatal) throw await diagnose(fatal, given)
  return lists.flatMap((list, at) => (list.status === 'fulfilled' && Array.isArray(list.value) ? list.value.flatMap((entry) => toComponent(KINDS[at]!, entry)) : []))
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

async function diagnose(error: RequestError, { endpoint, fetch = globalThis.fetch }: { endpoint: string; fetch?: typeof globalThis.fetch }): Promise<RequestError> {
  // What the caller's own headers threw.
  if (!(error instanceof RequestError)) return error
  const { httpStatus } = error
  if (httpStatus === 401 || httpStatus === 403) return new RequestError(`The server asks for a token, or does not accept this one (HTTP ${httpStatus}).`, httpStatus)
  if (httpStatus === 404) return new RequestError('There is a server, but no AgentOS at this address (HTTP 404).', httpStatus)
  if (httpStatus !== undefined) return error
  try {
    // To a page that it does not allow a server answers all the same; without CORS one learns that it did, and no more.
    await fetch(new Request(new URL(`${endpoint.replace(/\/+$/, '')}/agents`, typeof location === 'undefined' ? undefined : location.href), { mode: 'no-cors' }))
  } catch {
    return error
  }
  const origin = typeof location === 'undefined' ? 'this page' : location.origin
  return new RequestError(`The server is there, but does not allow ${origin} to read its answers (CORS). AgentOS(cors_allowed_origins=["${origin}"]) does.`)
}
