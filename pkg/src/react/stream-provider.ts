// One conversation for a subtree.

import { React } from './react'
import { useLease, useOwnLease } from './use-stream-handler'
import type { HandlerLease } from './handler-lease'
import type { StreamHook, StreamHookOptions } from './stream-hook'

/** Created on first use: importing the entry must not need React's context. */
let context: React.Context<HandlerLease | null> | undefined
const getContext = () => (context ??= React.createContext<HandlerLease | null>(null))

/**
 * Gives all components below it one conversation, which they get by `useStream()`. Takes the options of `useAIStreamHandler` as
 * props:
 *
 *     <StreamProvider team="cirkelline" headers={headers}><Messages /><Composer /></StreamProvider>
 *
 * Its types name none of React's, so that the entry compiles without them.
 */
export function StreamProvider({ children, ...options }: StreamHookOptions & { children?: unknown }): any {
  const lease = useOwnLease('StreamProvider', options as StreamHookOptions)
  return React.createElement(getContext().Provider, { value: lease }, children as React.ReactNode)
}

/**
 * The conversation of the nearest `StreamProvider`, as `useAIStreamHandler` returns it: the component re-renders only when a
 * field that it read changes. Throws outside of a provider.
 */
export function useStream(): StreamHook {
  const lease = React.useContext(getContext())
  if (!lease) throw new Error('useStream: there is no StreamProvider above this component')
  return useLease(lease)
}
