// The hook. Rendering has no side effects, on the server either: the handler is created in the first effect or by the first
// call, and disposed of when the component stays unmounted. StrictMode's simulated unmount keeps it.

import { React } from './react'
import { checkOptions } from '../lazy/usable-options'
import { handlerOptions, HandlerLease } from './handler-lease'
import { HookView } from './hook-view'
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
export function useOwnLease(hook: string, options: StreamHookOptions): HandlerLease {
  if (!React.useSyncExternalStore) throw new Error(`ai-stream-handler/react needs React 18 or 19, not ${React.version}`)
  const latestOptions = React.useRef(options)
  const key = JSON.stringify([options.endpoint, options.agent, options.team, options.workflow, options.url, options.id].map((part) => part || null))
  const start = () => {
    checkOptions(hook, handlerOptions(options))
    return { key, lease: leaseOf(options.id && key, latestOptions) }
  }
  const [current, setCurrent] = React.useState(start)
  if (current.key !== key) setCurrent(start())
  const { lease } = current
  // An insertion effect, because it precedes the effects of children, and one of those may create the handler by subscribing.
  React.useInsertionEffect(() => void (latestOptions.current = options))
  React.useEffect(() => lease.acquire(), [lease])
  React.useEffect(() => lease.answers.listen((finished) => latestOptions.current.onFinish?.(finished)), [lease])
  return lease
}

/** A component's own view of a conversation. */
export function useLease(lease: HandlerLease): StreamHook {
  const [current, setCurrent] = React.useState(() => new HookView(lease))
  if (current.lease !== lease) setCurrent(new HookView(lease))
  return React.useSyncExternalStore(lease.handler.subscribe, current.getHook, current.getServerHook)
}

/** Conversations that components share, by `id` and target. On a server each rendering has its own. */
const shared = new Map<string, HandlerLease>()

function leaseOf(key: string | undefined, latestOptions: { current: StreamHookOptions }): HandlerLease {
  if (!key || typeof document === 'undefined') return new HandlerLease(latestOptions)
  const known = shared.get(key)
  if (known) return known
  const lease = new HandlerLease(latestOptions, () => shared.delete(key))
  shared.set(key, lease)
  return lease
}
