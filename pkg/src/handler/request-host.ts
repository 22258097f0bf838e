// What the core needs for its requests: headers, forms, fetch, time, log. Code of the page's own runs here; what it throws is told
// to `report`.

import { resolveHeaders } from '../agentos/http-client'
import { copyForm } from './form-data'
import type { CheckedOptions } from '../types/checked-options'
import type { RecordingTap } from '../types/recorder-hooks'
import type { RequestHost } from '../wasm/core-host'

export function requestHost(
  options: CheckedOptions, givenForm: (ticket: number) => FormData | null | undefined, tap: () => RecordingTap | undefined,
  reportError: (error: unknown) => void,
): RequestHost {
  /** A caller's fetch may have read the answer itself. It was given all the same: to ask again would run the model twice. */
  const withUnreadBody = (answer: Response): Response => {
    if (!answer?.bodyUsed && !answer?.body?.locked) return answer
    reportError(new TypeError('ai-stream-handler: the option fetch has read the body of its response; read a clone() of it'))
    return new Response(null, { status: answer.status, headers: answer.headers })
  }
  return {
    headers: () => resolveHeaders(options),
    // A copy: what is filled in for one request must not stay for the next.
    form: (ticket) => {
      const form = givenForm(ticket)
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
