// What the page needs of no framework: the same file in examples/vue-chat, examples/svelte-chat and examples/solid-chat.
import type { HandlerOptions, PauseRequirement, Resolution } from 'ai-stream-handler'

/** `?endpoint=http://localhost:7777&agent=assistant`, or `&team=`. */
export function optionsInAddress(): HandlerOptions {
  const { endpoint = 'http://localhost:7777', agent, team } = Object.fromEntries(new URL(location.href).searchParams)
  return team ? { endpoint, team } : { endpoint, agent: agent ?? 'assistant' }
}

export const sessionInAddress = () => new URL(location.href).searchParams.get('session')

/** A refresh opens this session again; `null`: a new chat. */
export function putSessionInAddress(id: string | null) {
  const url = new URL(location.href)
  if (id) url.searchParams.set('session', id)
  else url.searchParams.delete('session')
  history.replaceState(null, '', url)
}

/** Calls `show` with the seconds left of a wait, now and while they pass. Returns how to stop that. */
export function countDown(wait: { readonly resumesAt: number } | null, show: (seconds: number) => void) {
  if (!wait) return () => {}
  const update = () => show(Math.max(0, Math.ceil(wait.resumesAt - Date.now() / 1000)))
  update()
  const timer = setInterval(update, 250)
  return () => clearInterval(timer)
}

/** Whether a paused run asks for permission, which can be declined. */
export const asksForPermission = (requirements: readonly PauseRequirement[]) => requirements.some(({ kind }) => kind === 'confirmation')

/**
 * What the user filled in. Inputs are named `INDEX.NAME` for a field and `INDEX.result` for a result; the button `answer` has the value
 * `yes` or `no`.
 */
export async function answersIn(event: SubmitEvent, requirements: readonly PauseRequirement[]): Promise<Resolution[]> {
  const data = new FormData(event.target as HTMLFormElement, event.submitter)
  const text = (name: string) => String(data.get(name) ?? '')
  // The core, which is there by now; a static import would load it with the page.
  const { confirm, fill, giveResult, reject } = await import('ai-stream-handler')
  return requirements.map((asked, at) => {
    if (asked.kind === 'input') return fill(asked, Object.fromEntries(asked.fields.map(({ name }) => [name, text(`${at}.${name}`)])))
    if (asked.kind === 'external') return giveResult(asked, text(`${at}.result`))
    return text('answer') === 'yes' ? confirm(asked) : reject(asked)
  })
}
