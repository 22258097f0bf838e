// The half of the core's host that makes requests: headers, forms, fetch, time, log. The page's own code runs here; what it throws
// goes to `reportError`, except from `headers`, whose promise the core handles.

import { resolveHeaders } from '../agentos/http-client'
import { copyForm } from './form-data'
import type { CheckedOptions } from '../types/checked-options'
import type { RecordingTap } from '../types/recorder-hooks'
import type { RequestHost } from '../wasm/core-host'

/** `formOf` returns the form of the call with a ticket, `tap` the recorder's tap if there is one. */
export function requestHost(
  options: CheckedOptions, formOf: (ticket: number) => FormData | null | undefined, tap: () => RecordingTap | undefined,
  reportError: (error: unknown) => void,
): RequestHost {
  /**
   * A response whose body can be read. If a custom fetch has already read it, an empty one with the same status: the request was
   * successful, and repeating it would run the model twice.
   */
  const withUnreadBody = (response: Response): Response => {
    if (!response?.bodyUsed && !response?.body?.locked) return response
    reportError(new TypeError('ai-stream-handler: the option fetch has read the body of its response; read a clone() of it'))
    return new Response(null, { status: response.status, headers: response.headers })
  }
  return {
    headers: () => resolveHeaders(options),
    // A copy: fields added for one request must not stay for the next.
    form: (ticket) => {
      const form = formOf(ticket)
      return form ? copyForm(form) : undefined
    },
    credentials: () => options.credentials ?? 'same-origin',
    fetch: (request, id, form) => {
      const given = options.fetch ?? globalThis.fetch
      const fetch = async (request: Request) => withUnreadBody(await given(request))
      return tap()?.fetch(fetch, request, id, form) ?? fetch(request)
    },
    unsent: (id, why) => {
      tap()?.unsent(id)
      if (why !== null) reportError(why)
    },
    now: () => tap()?.now() ?? Date.now() / 1000,
    log: (level, line) => {
      try {
        options.log?.(level, line)
      } catch (error) {
        reportError(error)
      }
    },
  }
}
