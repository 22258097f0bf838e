// The contenders: `read(chunks)` returns the answer's text. Ours does everything that the package does (timeline, tools, usage,
// members) and reads a snapshot after every 16th feed, about once per animation frame. The others feed a reducer that keeps only
// the answer's text. Each is used as its documentation says.
import { HttpAgent, parseSSEStream, runHttpRequest } from '@ag-ui/client'
import { parseJsonEventStream } from '@ai-sdk/provider-utils'
import { EventStreamContentType, fetchEventSource } from '@microsoft/fetch-event-source'
import { StreamProcessor } from '@tanstack/ai'
import { DefaultChatTransport, readUIMessageStream } from 'ai'
import { createParser } from 'eventsource-parser'
import { z } from 'zod'
import { createStreamHandler } from '../pkg/dist/index.js'

const readEvery = 16

function ours(chunks) {
  const handler = createStreamHandler({ notify: 'sync' })
  handler.begin()
  for (let index = 0; index < chunks.length; index++) {
    handler.feed(chunks[index])
    if (index % readEvery === 0) handler.getSnapshot()
  }
  handler.end()
  const { content } = handler.getSnapshot().turns[0].answer
  handler.dispose()
  return content
}

function reducer() {
  let text = ''
  const take = (event) => {
    if (event.parent_run_id) return
    if (event.event === 'TeamRunContent' || event.event === 'RunContent') text += typeof event.content === 'string' ? event.content : ''
    else if ((event.event === 'TeamRunCompleted' || event.event === 'RunCompleted') && typeof event.content === 'string') text = event.content
  }
  return { take, text: () => text }
}

function eventsourceParser(chunks) {
  const { take, text } = reducer()
  const decoder = new TextDecoder()
  const parser = createParser({ onEvent: ({ data }) => take(JSON.parse(data)) })
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
  return text()
}

/** No library: finds the data lines and parses them. */
function plainJavaScript(chunks) {
  const { take, text } = reducer()
  const decoder = new TextDecoder()
  let rest = '', searched = 0
  for (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    let from = 0
    for (let end; (end = rest.indexOf('\n\n', Math.max(from, searched))) >= 0; from = searched = end + 2) {
      take(JSON.parse(rest.slice(rest.indexOf('data: ', from) + 6, end)))
    }
    rest = rest.slice(from)
    searched = Math.max(0, rest.length - 1)
  }
  return text()
}

function bodyOf(chunks) {
  let at = 0
  return new ReadableStream({ pull: (controller) => (at < chunks.length ? controller.enqueue(chunks[at++]) : controller.close()) })
}

const answerOf = (chunks) => new Response(bodyOf(chunks), { headers: { 'content-type': EventStreamContentType } })

async function fetchEvents(chunks) {
  const { take, text } = reducer()
  const onerror = (error) => { throw error }
  await fetchEventSource('http://localhost/', { fetch: async () => answerOf(chunks), openWhenHidden: true, onmessage: ({ data }) => data && take(JSON.parse(data)), onerror })
  return text()
}

async function aiSdk(chunks) {
  const { take, text } = reducer()
  for await (const part of parseJsonEventStream({ stream: bodyOf(chunks), schema: z.any() })) if (part.success) take(part.value)
  return text()
}

function agUi(chunks) {
  const { take, text } = reducer()
  return new Promise((resolve, error) => {
    parseSSEStream(runHttpRequest(async () => answerOf(chunks))).subscribe({ next: take, error, complete: () => resolve(text()) })
  })
}

/** A lower bound: decoding the bytes to text. Returns no answer. */
function textDecoder(chunks) {
  const decoder = new TextDecoder()
  let length = 0
  for (const chunk of chunks) length += decoder.decode(chunk, { stream: true }).length
  return length > 0 ? null : ''
}

const memory = new WebAssembly.Memory({ initial: 512 })
const view = new Uint8Array(memory.buffer)

/** A lower bound: copying the bytes to WebAssembly memory. Returns no answer. */
function copy(chunks) {
  let at = 0
  for (const chunk of chunks) {
    if (at + chunk.length > 1 << 18) at = 0
    view.set(chunk, at)
    at += chunk.length
  }
  return null
}

/** In the order of the table; the others are compared with the first. `null`: there is no text to compare. */
export const contenders = [
  { name: 'ours', read: ours },
  { name: 'eventsource-parser', read: eventsourceParser },
  { name: 'plain JavaScript', read: plainJavaScript },
  { name: 'fetch-event-source', read: fetchEvents },
  { name: 'AI SDK', read: aiSdk },
  { name: 'AG-UI', read: agUi },
  { name: '(TextDecoder alone)', read: textDecoder },
  { name: '(copy into wasm alone)', read: copy },
]

/** AG-UI's agent: the messages, tool calls and state that CopilotKit draws. */
async function agUiAgent(chunks, text) {
  const agent = new HttpAgent({ url: 'http://localhost/', fetch: async () => answerOf(chunks) })
  await agent.runAgent()
  return agent.messages.find(({ role, content }) => role === 'assistant' && content === text)?.content ?? ''
}

/** The AI SDK's reader behind useChat: a message of parts, anew after each chunk. */
async function aiSdkMessages(chunks, text) {
  const transport = new DefaultChatTransport({ api: 'http://localhost/', fetch: async () => answerOf(chunks) })
  const stream = await transport.sendMessages({ chatId: 'c', messages: [], trigger: 'submit-message', abortSignal: undefined })
  let last
  for await (const message of readUIMessageStream({ stream })) last = message
  return last.parts.find((part) => part.type === 'text' && part.text === text)?.text ?? ''
}

/** TanStack AI's processor behind useChat, fed with eventsource-parser (its own reader is in another package). */
function tanStack(chunks, text) {
  const processor = new StreamProcessor({ events: { onMessagesChange() {} } })
  processor.prepareAssistantMessage()
  const decoder = new TextDecoder()
  const parser = createParser({ onEvent: ({ data }) => processor.processChunk(JSON.parse(data)) })
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
  processor.finalizeStream()
  // A text is in parts, with the tool calls in between.
  const texts = processor.getMessages().map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.content : '')).join(''))
  return texts.find((said) => said === text) ?? ''
}

/** Peers that keep a comparable state. `protocol`: what the same run is in theirs. */
export const stateful = [
  { name: 'ours', read: ours },
  { name: 'AG-UI HttpAgent', protocol: 'agUi', read: agUiAgent },
  { name: 'AI SDK readUIMessageStream', protocol: 'aiSdk', read: aiSdkMessages },
  { name: 'TanStack StreamProcessor', protocol: 'agUi', read: tanStack },
]
