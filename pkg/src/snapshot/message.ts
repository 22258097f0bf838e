// The core's changes to a message → the ChatMessage of the snapshot. Whatever did not change keeps its identity.

import type { Head, MessageDelta, TextDelta, ToolDelta } from '../wasm/core-delta'
import { copyLazily, defineLazy, parseOrText } from './lazy-json'
import { withBlocks, type PlainMessage } from './message-blocks'
import type { Json } from '../types/json'
import type { ChatMessage, TimelineEntry, ToolCall } from './writable'
import type { ImageData, ReasoningStep } from '../types/message'

/** A new message: `old` with the changes applied. `timeline`: of the answer, if it changed. */
export function applyMessage(old: ChatMessage | undefined, delta: MessageDelta, timeline?: TimelineEntry[]): ChatMessage {
  const message: PlainMessage = delta.head ? fromHead(delta.head, old) : old ? copyLazily(old) : ({} as ChatMessage)
  if (delta.text) message.content = applyText(message.content, delta.text)
  if (delta.thoughts) {
    const thoughts = applyText(message.reasoning_content ?? '', delta.thoughts)
    if (thoughts) message.reasoning_content = thoughts
    else delete message.reasoning_content
  }
  if (delta.toolsReset) delete message.tool_calls
  if (delta.tools.length) {
    const tools = message.tool_calls?.slice() ?? []
    for (const [at, tool] of delta.tools) tools[at] = toToolCall(tool, tools[at])
    message.tool_calls = tools
  }
  if (timeline) message.behindTheScenes = timeline
  return withBlocks(message, old, delta.text ? appendedText(delta.text) : '')
}

/** `undefined`: the text starts over. */
function appendedText({ reset, append }: TextDelta): string | undefined {
  return reset ? undefined : append
}

function applyText(old: string | undefined, delta: TextDelta): string {
  return delta.reset ? delta.append : (old ?? '') + delta.append
}

function fromHead(head: Head, old: ChatMessage | undefined): PlainMessage {
  const message: PlainMessage = {
    id: `m${head.id}`,
    role: head.role,
    content: old?.content ?? '',
    created_at: head.createdAt,
  }
  if (old?.tool_calls) message.tool_calls = old.tool_calls
  if (old?.reasoning_content) message.reasoning_content = old.reasoning_content
  if (old?.behindTheScenes) message.behindTheScenes = old.behindTheScenes
  if (head.filesSent.length) message.filesSent = message.files_sent = head.filesSent
  if (head.role === 'user') return message

  if (head.role === 'agent') message.name = head.name
  message.depth = head.depth
  message.status = head.status
  if (head.error) message.error = head.error
  if (head.streamingError) message.streamingError = true
  if (head.cancelled) message.cancelled = true
  // Each by its name: engines are slow at properties whose name varies.
  if (head.agentName) message.agentName = head.agentName
  if (head.teamName) message.teamName = head.teamName
  if (head.agentId) message.agentId = head.agentId
  if (head.teamId) message.teamId = head.teamId
  if (head.runId) message.runId = head.runId
  if (head.parentRunId) message.parentRunId = head.parentRunId
  if (head.delegatedBy) message.delegatedBy = head.delegatedBy
  if (head.delegatedTo) message.delegatedTo = head.delegatedTo
  if (head.delegatedToId) message.delegatedToId = head.delegatedToId
  if (head.childRunId) message.childRunId = head.childRunId
  if (head.contentType && head.structured) message.content_type = head.contentType
  const { structured, reasoningSteps, references, citations, followups, responseAudio, images, videos, audio, files } = head
  const define = (key: string, raw: string, read: (raw: string) => unknown) => defineLazy(message, key, raw, read, old)
  if (structured) define('structured', structured, parseOrText)
  if (reasoningSteps.length || references) {
    define('extra_data', [...reasoningSteps, references].join('\n'), () => extraData(reasoningSteps, references))
  }
  if (citations) define('citations', citations, parseOrText)
  if (followups) define('followups', followups, parseList)
  if (responseAudio) define('response_audio', responseAudio, parseOrText)
  const defineList = (key: string, raw: string[], read: (text: string) => unknown) => raw.length && define(key, raw.join('\n'), () => raw.map(read))
  defineList('images', images, toImage)
  defineList('videos', videos, parseOrText)
  defineList('audio', audio, parseOrText)
  defineList('files', files, parseOrText)
  return message
}

function extraData(steps: string[], references: string | null): NonNullable<ChatMessage['extra_data']> {
  return {
    ...(steps.length ? { reasoning_steps: steps.map(parseOrText) as ReasoningStep[] } : {}),
    ...(references ? { references: parseList(references) as Json[] } : {}),
  }
}

/** The parsed array; a value that is not an array becomes the only element, `null` an empty list. */
export function parseList<T = string>(text: string | null): T[] {
  const value = text === null ? [] : parseOrText(text)
  return (Array.isArray(value) ? value : [value]) as T[]
}

/** agent-ui draws a URL; agno sends base64 instead if it has the bytes. */
function toImage(text: string): ImageData {
  const raw = parseOrText(text)
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { url: String(raw) }
  const value = raw as { [key: string]: Json }
  const data = typeof value.content === 'string' ? value.content : ''
  const type = typeof value.mime_type === 'string' ? value.mime_type : 'image/png'
  const url = typeof value.url === 'string' ? value.url : `data:${type};base64,${data}`
  return { ...value, url }
}

function toToolCall(tool: ToolDelta, old: ToolCall | undefined): ToolCall {
  const call = { role: 'tool', tool_call_id: tool.id, tool_name: tool.name } as ToolCall
  const { args } = tool
  if (args === null) call.tool_args = {}
  else defineLazy(call, 'tool_args', args, parseOrText, old)
  call.tool_call_error = tool.status === 'error'
  call.content = call.result = tool.result
  call.status = tool.status
  call.created_at = tool.createdAt
  if (tool.error !== null) call.error = tool.error
  if (tool.duration !== null) call.metrics = { time: tool.duration, duration: tool.duration }
  if (tool.childRunId !== null) call.child_run_id = tool.childRunId
  return call
}
