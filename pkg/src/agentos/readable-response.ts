// Makes a response readable for the core. In: what a `fetch` returned: a Response, also of another realm, a polyfill's, or
// something that only resembles one. Out: a status, Headers and a body of Uint8Arrays, whose methods reject and never throw.

import { pairsOf } from './authorized-fetch'
import type { ByteReader, ReadableResponse } from '../types/readable-response'
import type { ErrorType } from '../types/snapshot'

/** Why a response cannot be read, for the user. */
export class UnreadableError extends Error {
  constructor(reason = 'fetch returned no response that can be streamed', readonly type: ErrorType = 'protocol') {
    super(`The answer could not be read: ${reason}.`)
  }
}

/** Nothing of it can be relied on. */
type UncheckedResponse = Omit<Partial<Response>, 'headers' | 'body'> & { headers?: unknown; body?: unknown }

/**
 * Throws an UnreadableError. `onUnreadable` gets one that is found only while the body is read; the reader then rejects with it.
 */
export function readableResponse(answer: unknown, onUnreadable: (error: UnreadableError) => void): ReadableResponse {
  try {
    const given = answer as UncheckedResponse
    const { type, status = given.ok === false ? 500 : 200 } = given
    const isTaken = given.bodyUsed || (given.body as ReadableStream | null | undefined)?.locked
    // From the network, and not made by a script: its chunks are bytes.
    if ((type === 'basic' || type === 'cors') && answer instanceof Response && !isTaken) return answer as ReadableResponse
    // Not a network failure: the request was successful, and repeating it would run the model twice.
    if (isTaken && status < 400) throw new UnreadableError('the option fetch has read the body of its response; it may read a clone() of it', 'interrupted')
    // The status of opaque responses.
    if (status === 0) throw 0
    const chunks = bytesOf(isTaken ? [] : chunksOf(given, status))
    const reader: ByteReader = {
      read: async () => {
        try {
          return await chunks.next() as { done: boolean; value?: Uint8Array }
        } catch (error) {
          if (error instanceof UnreadableError) onUnreadable(error)
          throw error
        }
      },
      cancel: () => chunks.return(undefined).catch(() => {}),
    }
    return { status: Number(status), headers: headersOf(given), body: { getReader: () => reader } }
  } catch (error) {
    throw error instanceof UnreadableError ? error : new UnreadableError()
  }
}

/** The header fields that are asked for by name where they cannot be listed. */
const READ_HEADERS = ['content-type', 'date', 'retry-after', 'retry-after-ms', 'x-ms-retry-after-ms', 'ratelimit', 'ratelimit-reset']
for (const of of ['', '-requests', '-tokens']) for (const part of ['limit', 'remaining', 'reset']) READ_HEADERS.push(`x-ratelimit-${part}${of}`)

function headersOf({ headers }: UncheckedResponse): Headers {
  const readable = new Headers()
  const { get, entries } = Object(headers) as Partial<Headers>
  // A mock's, often with `get` alone.
  const isListed = !get || entries || Symbol.iterator in Object(headers)
  const pairs = isListed ? pairsOf(headers ?? {}) : READ_HEADERS.map((name): [string, string | null] => [name, get.call(headers, name)])
  for (const [name, value] of pairs) {
    if (value === null || value === undefined) continue
    try {
      readable.append(name, value)
    } catch {
      // No name or no value of a header.
    }
  }
  return readable
}

/** The body, or, where it cannot be streamed (React Native, mocks), all that the response's methods return. */
async function* chunksOf(response: UncheckedResponse, status: number): AsyncGenerator<unknown> {
  const body = response.body as ReadableStream | AsyncIterable<unknown> | null | undefined
  const { getReader, [Symbol.asyncIterator]: iterator } = Object(body) as Partial<ReadableStream & AsyncIterable<unknown>>
  const method = (['text', 'arrayBuffer', 'blob', 'json'] as const).find((name) => response[name])
  if (getReader) yield* read(body as ReadableStream)
  // A stream of Node, or a list.
  else if (iterator || Array.isArray(body)) yield* body as AsyncIterable<unknown>
  else if (method) {
    const whole: unknown = await response[method]!()
    yield method === 'json' ? JSON.stringify(whole) : whole
  } else if (body || status < 400) yield body
}

async function* read(body: ReadableStream): AsyncGenerator<unknown> {
  let reader: ReadableStreamDefaultReader | undefined
  try {
    for (;;) {
      let reading
      try {
        reader ??= body.getReader()
        reading = reader.read()
      } catch {
        // Unlike a rejection, no matter of the network.
        throw new UnreadableError()
      }
      const { done, value } = await reading
      if (done) return
      yield value
    }
  } finally {
    await reader?.cancel?.()
  }
}

/** Chunks as bytes. A surrogate pair may be split between two texts. */
async function* bytesOf(chunks: Iterable<unknown> | AsyncGenerator<unknown>): AsyncGenerator<Uint8Array> {
  let half = ''
  for await (const chunk of chunks) {
    let bytes = chunk as BlobPart
    if (typeof bytes === 'string') {
      const text: string = half + bytes
      half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? ''
      bytes = text.slice(0, text.length - half.length)
    // Also of another realm, which `instanceof` does not recognize.
    } else if (!/\dArray|Buffer|View|Blob|File/.test(Object.prototype.toString.call(bytes))) throw new UnreadableError()
    yield new Uint8Array(await new Response(bytes).arrayBuffer())
  }
}
