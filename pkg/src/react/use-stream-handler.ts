// The hook. Rendering has no side effects, on the server either: the handler is created in the first effect or by the first
// call, and disposed of when the component stays unmounted. StrictMode's simulated unmount keeps it.

import { React } from './react'
import { handlerLease } from './handler-lease'
import type { HandlerOptions } from '../types/options'
import type { StreamHook } from './stream-hook'

/**
 * A conversation that lives as long as the component:
 *
 *     const { messages, activityStatus, error, send, cancel } = useAIStreamHandler({ team: 'cirkelline' })
 *
 * The component re-renders only when a field that it read changes. All methods are stable within a conversation.
 * `headers`, `fields`, `fetch`, `log` and `onListenerError` are always those of the last render. A change of endpoint, agent,
 * team, workflow or url starts another conversation; every other option is read when a conversation starts.
 *
 * Throws if React is older than 18. Options are validated when the handler is created, not while rendering.
 */
export function useAIStreamHandler(options: HandlerOptions = {}): StreamHook {
  if (!React.useSyncExternalStore) throw new Error(`ai-stream-handler/react needs React 18 or 19, not ${React.version}`)
  const latestOptions = React.useRef(options)
  const key = [options.endpoint, options.agent, options.team, options.workflow, options.url].join('\n')
  const create = () => ({ key, lease: handlerLease(latestOptions) })
  const [current, setCurrent] = React.useState(create)
  if (current.key !== key) setCurrent(create)
  const { lease } = current
  // An insertion effect, because it precedes the effects of children, and one of those may create the handler by subscribing.
  React.useInsertionEffect(() => void (latestOptions.current = options))
  React.useEffect(() => lease.acquire(), [lease])
  return React.useSyncExternalStore(lease.handler.subscribe, lease.getHook, lease.getHook)
}
