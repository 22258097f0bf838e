// The half of the core's host that makes requests: headers, forms, fetch, time, log. The page's own code runs here; what it
// throws goes to `reportError`, except from `headers`, whose promise the core handles.

import { fetchAuthorized, pairsOf, resolveHeaders } from '../agentos/authorized-fetch'
import { readableResponse, UnreadableError } from '../agentos/readable-response'
import { explainNoAnswer, hasAnswered } from '../agentos/unreachable'
import { resolveFields } from './core-config'
import { copyForm } from './form-data'
import type { CheckedOptions } from '../types/checked-options'
import type { RecordingTap } from '../types/recorder-hooks'
import type { ErrorType } from '../types/snapshot'
import type { RequestHost } from '../wasm/core-host'

/** What the host needs of its handler. */
interface RequestOwner {
  /** The form of the call with a ticket. */
  formOf(ticket: number): FormData | null | undefined
  /** The recorder's tap, if there is one. */
  tap(): RecordingTap | undefined
  /** When the call being made was made, if that was earlier. */
  calledAt(): number | undefined
  reportError(error: unknown): void
  /** The server has answered this page before. */
  reach(): void
  /** Why request `id` has no response (`network`), or none that can be read. */
  diagnosed(id: number, type: ErrorType, message: string): void
}

/** The fields that were the caller's own, by form. One map for all handlers: each costs the garbage collector something. */
const ownFields = new WeakMap<FormData, Set<string>>()

export function requestHost(options: CheckedOptions, { formOf, tap, calledAt, reportError, reach, diagnosed }: RequestOwner): RequestHost {
  /** Evaluates the option `fields` again for a form that was sent. Whether that changed it. */
  const renewFields = (form: FormData): boolean => {
    if (typeof options.fields !== 'function') return false
    const fresh = pairsOf(resolveFields(options)).filter(([name, value]) => form.has(name) && form.get(name) !== value && !ownFields.get(form)?.has(name))
    for (const [name, value] of fresh) form.set(name, value)
    return fresh.length > 0
  }

  const ask = async (id: number, request: Request, form?: FormData) => {
    const unreadable = (error: UnreadableError) => {
      reportError(error)
      diagnosed(id, error.type, error.message)
    }
    let answer: unknown
    if (hasAnswered(request.url)) reach()
    try {
      answer = await fetchAuthorized(options, request, form, renewFields, reportError)
    } catch (error) {
      if (!hasAnswered(request.url) && !request.signal.aborted) diagnosed(id, 'network', await explainNoAnswer(request.url, options.fetch ?? globalThis.fetch))
      throw error
    }
    try {
      return readableResponse(answer, unreadable)
    } catch (error) {
      if (error instanceof UnreadableError) unreadable(error)
      throw error
    }
  }
  return {
    headers: () => resolveHeaders(options),
    // A copy: fields added for one request must not stay for the next.
    form: (ticket) => {
      const form = formOf(ticket)
      if (!form) return undefined
      const copy = copyForm(form)
      ownFields.set(copy, new Set(copy.keys()))
      return copy
    },
    credentials: () => options.credentials ?? 'same-origin',
    fetch: (given, id, form) => {
      // Without a form it stops a run: it has to arrive even if the page is left at once.
      const request = form ? given : new Request(given, { keepalive: true })
      const fetch = (request: Request) => ask(id, request, form)
      return tap()?.fetch(fetch, request, id, form) ?? fetch(request)
    },
    unsent: (id, why) => {
      tap()?.unsent(id)
      if (why === null) return
      reportError(why)
      const address = options.url ?? options.endpoint ?? ''
      const isRelative = typeof location === 'undefined' && !/^\s*[a-z][\w+.-]*:/i.test(address)
      if (isRelative) diagnosed(id, 'protocol', `${options.url ? 'url' : 'endpoint'} must start with http:// or https://: there is no page here that "${address}" could be relative to.`)
    },
    now: () => tap()?.now() ?? calledAt() ?? Date.now() / 1000,
    log: (level, line) => {
      try {
        options.log?.(level, line)
      } catch (error) {
        reportError(error)
      }
    },
  }
}
