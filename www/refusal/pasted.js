/** What was pasted → the argument of readRefusal: a raw HTTP answer with its status and header fields, or only a text. */

const STATUS_LINE = /^\s*HTTP\/[\d.]+ +(\d{3})[^\n]*\n?/
const FIELD = /^([\w-]+): *(.*)$/

/** `{ status?, headers?, body }`. */
export function readPasted(text) {
  const unix = text.replaceAll('\r\n', '\n')
  const head = STATUS_LINE.exec(unix)
  if (!head) return { body: text }
  const lines = unix.slice(head[0].length).split('\n')
  const headers = []
  let next = 0
  for (; next < lines.length && FIELD.test(lines[next].trim()); next++) {
    const [, name, value] = FIELD.exec(lines[next].trim())
    headers.push([name, value])
  }
  return { status: Number(head[1]), headers, body: lines.slice(next).join('\n').trim() }
}

/** The reverse, for the examples. */
export function toPasted({ status, headers = {}, body, text }) {
  const said = typeof body === 'object' && body !== null ? JSON.stringify(body, null, 2) : (body ?? text ?? '')
  if (!status) return said
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`).join('')
  return `HTTP/1.1 ${status}\n${fields}\n${said}`
}
