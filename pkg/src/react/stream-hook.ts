// What useAIStreamHandler takes and returns.

import type { StreamHandler } from '../types/handler'
import type { ChatMessage } from '../types/message'
import type { HandlerOptions } from '../types/options'
import type { Outcome, Snapshot, Turn } from '../types/snapshot'

/** Options of `useAIStreamHandler` and `StreamProvider`: those of `createStreamHandler`, and two of the hook. */
export type StreamHookOptions = HandlerOptions & {
  /**
   * Components that use the same `id` share one conversation, with the options of the one that rendered first. They have to name the
   * same endpoint, agent, team, workflow and url. The conversation ends when the last of them is gone. Not set: the
   * component has a conversation of its own.
   */
  id?: string
  /** Called when an answer has ended, with any outcome, also `paused`. Always that of the last render. */
  onFinish?: (finished: FinishedAnswer) => void
}

/** What `onFinish` gets. */
export interface FinishedAnswer {
  readonly outcome: Outcome
  readonly turn: Turn
  /** What is shown: `turn.answer`. If an answer asked for again failed or was stopped, the one before it (`turn.notice`). */
  readonly message: ChatMessage
}

/** The handler's methods and the snapshot's fields. A component re-renders only when a field that it read here changes. */
export type StreamHook = Omit<StreamHandler, 'dispose'> & Snapshot & {
  /**
   * The handler alone, for effect dependencies and memoized components: the same object until endpoint, agent, team,
   * workflow or url changes. A change of one of them is another conversation with a handler of its own.
   */
  readonly handler: StreamHandler
  /** Replaces the messages of the conversation, which keeps its session. Stops whatever runs. Stable, like every method. */
  setMessages(messages: readonly Partial<ChatMessage>[] | ((messages: readonly ChatMessage[]) => readonly Partial<ChatMessage>[])): void
}
