// The hook. Rendering has no side effects, on the server either: the handler is created in the first effect or by the first
// call, and disposed of when the component stays unmounted. StrictMode's simulated unmount keeps it.

import { React } from './react'
import { checkComponentOptions } from '../lazy/component-options'
import { isIdAlone, leaseOf, type HandlerLease } from './handler-lease'
import { hookView } from './hook-view'
import type { StreamHook, StreamHookOptions } from './stream-hook'

/**
 * A conversation that lives as long as the component:
 *
 *     const { messages, activityStatus, error, send, cancel } = useAIStreamHandler({ team: 'cirkelline' })
 *
 * The component re-renders only when a field that it read changes. All methods are stable within a conversation.
 * `headers`, `fields`, `fetch`, `log`, `onListenerError` and `onFinish` are always those of the last render. A change of
 * endpoint, agent, team, workflow, url or `id` starts another conversation; every other option is read when a conversation
 * starts.
 *
 * Throws if React is older than 18, and in development a TypeError for a wrong option. In production that option is ignored, and
 * the console names it.
 */
export function useAIStreamHandler(options: StreamHookOptions = {}): StreamHook {
  return useLease(useOwnLease('useAIStreamHandler', options))
}

/** The lease of a component's conversation, held while it is mounted. `hook`: for error messages. */
export const useOwnLease = (hook: string, options: StreamHookOptions): HandlerLease => {
  try {
    // Bundlers drop this from production builds.
    if (process.env.NODE_ENV !== 'production') assertPossible(hook, options)
  } catch (error) {
    // Else there is no `process`, in a page without a bundler.
    if (!(error instanceof ReferenceError)) throw error
  }
  options ||= {}
  const latestOptions = React.useRef(options)
  // One text, which compresses well: this loads with the page.
  const key = 'endpoint agent team workflow url id'.split(' ').map((name) => options[name as keyof StreamHookOptions]).join('\n')
  const start = (): [string, HandlerLease] => {
    const { id, onFinish: _, ...handlerOptions } = options
    checkComponentOptions(hook, handlerOptions)
    return [key, leaseOf(hook, key, id, latestOptions)]
  }
  const [[currentKey, lease], setCurrent] = React.useState(start)
  if (currentKey !== key) setCurrent(start())
  // Insertion effects precede the effects of children, and one of those may create the handler by subscribing.
  React.useInsertionEffect(() => void (latestOptions.current = options))
  // They also stay while React hides the component (Activity): an answer goes on.
  React.useInsertionEffect(() => lease.acquire((turn, outcome) => latestOptions.current.onFinish?.({ outcome, turn, message: turn.answer })), [lease])
  return lease
}

/** A component's own view of a conversation. */
export const useLease = ({ handler }: HandlerLease): StreamHook => {
  const [onServer, now] = React.useMemo(() => hookView(handler), [handler])
  return React.useSyncExternalStore(handler.subscribe, now, onServer)
}

/** In development: throws if React is too old, and for what only the hook takes. */
function assertPossible(hook: string, options: unknown): void {
  if (!React.useSyncExternalStore) throw new Error(`ai-stream-handler/react needs React 18 or 19, not ${React.version}`)
  if (typeof options !== 'object' || !options) throw new TypeError(`${hook}: takes an object of options, not ${String(options)}`)
  const { onFinish, id, ...rest } = options as StreamHookOptions
  if (onFinish && typeof onFinish !== 'function') throw new TypeError(`${hook}: onFinish must be a function, not ${typeof onFinish}`)
  const { endpoint, agent, team, workflow, url } = rest
  if (id && ![endpoint, agent, team, workflow, url].some(Boolean) && isIdAlone(id)) {
    console.warn(`${hook}: the id "${id}" without the agent, team, workflow, url and endpoint of the others is a conversation of its own. Give all components with this id the same options.`)
  }
}

declare const process: { env: { NODE_ENV?: string } }
