// The snapshot's types as its makers see them: public types are read-only down to their leaves.

import type { Block } from '../types/markdown'
import type * as message from '../types/message'
import type * as pause from '../types/pause'
import type * as snapshot from '../types/snapshot'
import type * as timeline from '../types/timeline'
import type { Json } from '../types/json'

type Writable<T> = Json extends T ? T : T extends readonly Block[] ? T : T extends readonly (infer Entry)[] ? Writable<Entry>[] : T extends object ? { -readonly [Key in keyof T]: Writable<T[Key]> } : T

export type ChatMessage = Writable<message.ChatMessage>
export type Answer = Writable<snapshot.Answer>
export type ToolCall = Writable<message.ToolCall>
export type PauseRequirement = Writable<pause.PauseRequirement>
export type Pause = Writable<pause.Pause>
export type TimelineEntry = Writable<timeline.TimelineEntry>
export type Turn = Writable<snapshot.Turn>
/** Its parts are not: they are replaced, never changed. */
export type Snapshot = { -readonly [Key in keyof snapshot.Snapshot]: snapshot.Snapshot[Key] }
