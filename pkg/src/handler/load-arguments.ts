// What `load` takes.

import { assertArgument } from './validate-options'
import type { StreamHandler } from '../types/handler'

/** Throws a TypeError unless it is a conversation: what is loaded replaces what is shown, so a mistake must not get that far. */
export function assertConversation(given: Parameters<StreamHandler['load']>[0]): void {
  const isConversation = typeof given === 'object' && given !== null && !Array.isArray(given)
  assertArgument('load', 'an object { sessionId, messages }', given, isConversation)
  const { sessionId, messages } = given
  assertArgument('load', 'a list of messages', messages, Array.isArray(messages))
  assertArgument('load', 'the id of a session, or null', sessionId, sessionId === undefined || sessionId === null || typeof sessionId === 'string')
  for (const message of messages) assertArgument('load', 'messages that are objects', message, typeof message === 'object' && message !== null)
}
