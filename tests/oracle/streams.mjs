// Event streams by number: the same number is the same stream, in the server and in the page. Their lines are what the standard's
// parser has to tell apart: every field with and without colon and space, every line ending, byte order marks, comments, ids with
// NUL, reconnection times that are none, odd field names, invalid UTF-8, streams that break off.

import { random } from '../random.mjs'

/** Every type that a stream can name: an EventSource has to be told what to listen for. */
export const TYPES = ['message', 'add', 'Add', 'message ', ' message', 'a:b', 'ü', '\u2028', 'x\ufffd', 'data', 'error2', '0', '{"event":1}', '\0']

const encoder = new TextEncoder()
const utf8 = (text) => [...encoder.encode(text)]

const VALUES = ['', ' ', 'x', '  two spaces', 'a b', ': colon', 'ü€😀', '\0', '\t', '{"a":1}', '[DONE]', 'data: x', '\u00a0', '\u2028', '\ufeff', 'long '.repeat(40)]
const BAD_UTF8 = [[0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x28, 0xa1]]
const IDS = ['1', '', ' 2', 'a\0b', 'ü', '{"id":3}', '0', 'x '.repeat(20)]
const RETRIES = ['10', '0', '1000', '00015', '+5', '-5', '1.5', '1e3', ' 7', '7 ', '', 'abc', '9'.repeat(30), '١٢']
const FIELDS = ['Data', 'DATA', 'datas', ' data', 'data ', 'dat', 'foo', 'Event', 'ID', 'Retry', 'eventx', '\ufeffdata', '{', '']
const ENDINGS = [[10], [13], [13, 10]]

/** `{ bytes, cuts }`: the stream of this number, and where it is to be split. */
export function streamOf(number) {
  const next = random(number)
  const pick = (list) => list[Math.floor(next() * list.length)]
  const own = next() < 0.5 ? pick(ENDINGS) : null
  const bytes = []
  const line = (content) => bytes.push(...content, ...(own ?? pick(ENDINGS)))
  const field = (name, value) => utf8(next() < 0.15 ? name : next() < 0.5 ? `${name}: ${value}` : `${name}:${value}`)
  const value = () => (next() < 0.12 ? [...utf8(pick(VALUES)), ...pick(BAD_UTF8), ...utf8(pick(VALUES))] : utf8(pick(VALUES)))

  if (next() < 0.2) bytes.push(0xef, 0xbb, 0xbf)
  if (next() < 0.05) bytes.push(0xef, 0xbb, 0xbf)
  if (next() < 0.03) bytes.push(0xef, 0xbb)
  for (let events = Math.floor(next() * 6); events >= 0; events--) {
    for (let lines = Math.floor(next() * 6); lines >= 0; lines--) {
      const kind = next()
      if (kind < 0.4) line([...utf8(next() < 0.5 ? 'data:' : 'data: '), ...value()])
      else if (kind < 0.46) line(utf8('data'))
      else if (kind < 0.6) line(field('event', pick(TYPES)))
      else if (kind < 0.72) line(field('id', pick(IDS)))
      else if (kind < 0.78) line(field('retry', pick(RETRIES)))
      else if (kind < 0.88) line([...utf8(':'), ...value()])
      else if (kind < 0.96) line([...utf8(pick(FIELDS)), ...utf8(next() < 0.5 ? ':' : ''), ...value()])
      else line(value().filter((byte) => byte !== 10 && byte !== 13))
    }
    if (next() < 0.93) line([])
  }
  // Some streams break off in mid-line, or in mid-character.
  const end = next() < 0.15 ? Math.floor(next() * bytes.length) : bytes.length
  const whole = Uint8Array.from(bytes.slice(0, end))
  const cuts = Array.from({ length: Math.floor(next() * 5) }, () => Math.floor(next() * (whole.length + 1))).sort((a, b) => a - b)
  return { bytes: whole, cuts: next() < 0.2 ? Array.from(whole, (_, at) => at) : cuts }
}

/**
 * The same stream for Chromium 156's EventSource: it does not see a line end that follows the byte order mark at once (it then
 * takes it for the first character of the next line, whose field it does not know). The standard removes the mark, and a blank
 * line at the start says nothing, so without the mark such a stream means the same.
 */
export function forChromium(bytes) {
  const isBlind = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf && (bytes[3] === 10 || bytes[3] === 13)
  return isBlind ? bytes.subarray(3) : bytes
}

/**
 * Both the browser and our decoder are given such a stream, which the browser reads as the standard says. Firefox 153 and WebKitGTK
 * 2.50 forget an id in a block without data, where the standard sets it (they would come back with an older one): it gets data.
 */
function withDataBehindIds(bytes) {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  const mark = /^\xef\xbb\xbf/.exec(text)?.[0] ?? ''
  let hasId = false, hasData = false
  const lines = text.slice(mark.length).split(/(?<=\r\n|\n|\r(?!\n))/).map((line) => {
    const [, field] = /^([^:\r\n]*)/.exec(line)
    const isBlank = /^[\r\n]/.test(line)
    const added = isBlank && hasId && !hasData ? `data${line}` : ''
    hasId = !isBlank && (hasId || field === 'id')
    hasData = !isBlank && (hasData || field === 'data')
    return added + line
  })
  return Uint8Array.from(mark + lines.join(''), (character) => character.charCodeAt(0))
}

/** Lines that a browser takes for a reconnection time, and the standard does not, made comments. */
function withoutTimes(bytes, odd) {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  const line = new RegExp(`(?<=^|^\\xef\\xbb\\xbf|[\\r\\n])retry${odd}(?=[\\r\\n]|$)`, 'g')
  return Uint8Array.from(text.replace(line, ':'), (character) => character.charCodeAt(0))
}

/** Besides, Firefox leaves out each NUL, in data and types as well, and takes a retry without a value for a time of 0. */
const forFirefox = (bytes) => withoutTimes(withDataBehindIds(bytes).map((byte) => byte || 48), '(: ?)?')

/** Besides, WebKit reads numbers with a sign, and with white space around them. */
const forWebKit = (bytes) => withoutTimes(withDataBehindIds(bytes), ':(?: ?\\d+ +| ?\\+\\d+ *|  +\\+?\\d+ *)')

/**
 * The stream as a browser is given it, and as our decoder is, by the way it is served. `first`: bytes at the start that come in one
 * piece: WebKitGTK 2.50's EventSource takes a byte order mark that comes in several for text.
 */
export const SERVED = {
  raw: { theirs: (bytes) => bytes, ours: (bytes) => bytes },
  chromium: { theirs: forChromium, ours: (bytes) => bytes },
  firefox: { theirs: forFirefox, ours: forFirefox },
  webkit: { theirs: forWebKit, ours: forWebKit, first: 3 },
}
