// What the core needs for its requests: headers, forms, fetch, time, log. Code of the page's own runs here; what it throws is told
// to `report`.

import { headersOf } from '../agentos/http-client'
import { copyForm } from './form-data'
import type { CheckedOptions } from '../types/checked-options'
import type { RecordingTap } from '../types/recorder-hooks'
import type { RequestHost } from '../wasm/core-host'

export function requestHost(
  options: CheckedOptions, formOf: (ticket: number) => FormData | null | undefined, tap: () => RecordingTap | undefined,
  report: (error: unknown) => void,
): RequestHost {
  /** A caller's fetch may have read the answer itself. It was given all the same: to ask again would run the model twice. */
  const unread = (answer: Response): Response => {
    if (!answer?.bodyUsed && !answer?.body?.locked) return answer
    report(new TypeError('ai-stream-handler: the option fetch has read the body of its response; read a clone() of it'))
    return new Response(null, { status: answer.status, headers: answer.headers })
  }
  return {
    headers: () => headersOf(options),
    // A copy: what is filled in for one request must not stay for the next.
    form: (ticket) => {
      const form = formOf(ticket)
      return form ? copyForm(form) : undefined
    },
    credentials: () => options.credentials ?? 'same-origin',
    fetch: (request, id, form) => {
      const given = options.fetch ?? globalThis.fetch
      const fetch = async (request: Request) => unread(await given(request))
      return tap()?.fetch(fetch, request, id, form) ?? fetch(request)
    },
    unsent: (id, why) => {
      tap()?.unsent(id)
      if (why !== null) report(why)
    },
    now: () => tap()?.now() ?? Date.now() / 1000,
    log: (level, line) => {
      try {
        options.log?.(level, line)
      } catch (error) {
        report(error)
      }
    },
  }
}
