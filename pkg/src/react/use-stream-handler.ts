// The hook: a handler for the life of a component.

import * as React from 'react'
import { Lease } from './handler-lease'
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
  const latest = React.useRef(options)
  const place = JSON.stringify([options.endpoint, options.agent, options.team, options.workflow, options.url].map((part) => part || null))
  const [held, hold] = React.useState(() => ({ place, lease: new Lease(latest) }))
  if (held.place !== place) hold({ place, lease: new Lease(latest) })
  const { lease } = held
  // Before any effect of a child: theirs come first, and one that subscribes makes the handler.
  React.useInsertionEffect(() => void (latest.current = options))
  React.useEffect(() => lease.take(), [lease])
  return React.useSyncExternalStore(lease.handler.subscribe, lease.look, lease.lookOnServer)
}
