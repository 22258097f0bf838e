// The hook: a handler for the life of a component.

import * as React from 'react'
import { HandlerLease } from './handler-lease'
import type { HandlerOptions } from '../types/handler'
import type { StreamHook } from './stream-hook'

/**
 * A conversation for the life of the component:
 *
 *     const { messages, activityStatus, error, send, cancel } = useAIStreamHandler({ team: 'cirkelline' })
 *
 * All methods are stable within a conversation. `headers`, `fields`, `fetch`, `log` and `onListenerError` are those of the last
 * render. Another endpoint, agent, team, workflow or url is another conversation; the other options count when it begins.
 */
export function useAIStreamHandler(options: HandlerOptions = {}): StreamHook {
  if (!React.useSyncExternalStore) throw new Error(`ai-stream-handler/react needs React 18 or 19, not ${React.version}`)
  const latestOptions = React.useRef(options)
  const key = JSON.stringify([options.endpoint, options.agent, options.team, options.workflow, options.url].map((part) => part || null))
  const [current, setCurrent] = React.useState(() => ({ key, lease: new HandlerLease(latestOptions) }))
  if (current.key !== key) setCurrent({ key, lease: new HandlerLease(latestOptions) })
  const { lease } = current
  // Before any effect of a child: theirs come first, and one that subscribes makes the handler.
  React.useInsertionEffect(() => void (latestOptions.current = options))
  React.useEffect(() => lease.acquire(), [lease])
  return React.useSyncExternalStore(lease.handler.subscribe, lease.getHook, lease.getServerHook)
}
