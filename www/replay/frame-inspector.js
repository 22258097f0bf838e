/** What came over the wire: the frames around the moment that is shown, and the last one as it came. */
import { el, keyedList, setText } from '../ui/dom.js'

const AROUND = 6
/** A frame of a megabyte is shown by its beginning. */
const LONGEST = 6000

/** `seek(count)`: to the moment at which so many frames are in. */
export function createFrames({ seek }) {
  const title = el('h2', { id: 'frames-title' }, 'On the wire')
  const count = el('span', { class: 'frames-count', testid: 'frame-count' })
  const list = el('ol', { class: 'frames-list' })
  const raw = el('pre', { class: 'frames-raw', testid: 'raw-frame', tabindex: '0', role: 'region', 'aria-label': 'The frame as it came' })
  const node = el('aside', { class: 'frames', 'aria-labelledby': 'frames-title', testid: 'frames', hidden: true },
    el('header', {}, title, count), list, raw)
  let drawn

  const draw = keyedList(list, ({ index }) => {
    const time = el('span', { class: 'frames-time' })
    const name = el('span', { class: 'frames-name' })
    const size = el('span', { class: 'frames-size' })
    const button = el('button', { type: 'button', onclick: () => seek(index + 1) }, time, name, size)
    return {
      node: el('li', {}, button),
      update({ frame, isCurrent }) {
        const { kind, name: event } = kindOf(frame)
        button.dataset.kind = kind
        if (isCurrent) button.setAttribute('aria-current', 'true')
        else button.removeAttribute('aria-current')
        setText(time, frame.at.toFixed(3))
        setText(name, event)
        setText(size, `${frame.bytes.length.toLocaleString()} B`)
      },
    }
  }, ({ index }) => index)

  return {
    node,
    update({ frames, frame: seen }) {
      if (drawn?.frames === frames && drawn.seen === seen) return
      drawn = { frames, seen }
      setText(count, `${seen.toLocaleString()} of ${frames.length.toLocaleString()}`)
      const from = Math.max(0, Math.min(seen - 1 - AROUND, frames.length - 2 * AROUND - 1))
      draw(frames.slice(from, from + 2 * AROUND + 1).map((frame, at) => ({ index: from + at, frame, isCurrent: from + at === seen - 1 })))
      raw.textContent = seen === 0 ? 'Nothing has come yet.' : rawOf(frames[seen - 1])
      raw.scrollTop = 0
    },
  }
}

function rawOf({ bytes }) {
  const text = new TextDecoder().decode(bytes.subarray(0, LONGEST)).replace(/(\r?\n)+$/, '')
  return bytes.length > LONGEST ? `${text}… (${(bytes.length - LONGEST).toLocaleString()} bytes more)` : text
}

const names = new WeakMap()

/** Of a frame: the event's name, and what kind of thing that is. */
export function kindOf(frame) {
  if (!names.has(frame)) names.set(frame, read(frame))
  return names.get(frame)
}

function read({ bytes }) {
  const text = new TextDecoder().decode(bytes.subarray(0, 2000))
  const name = /"event"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? /^event: ?(\w+)/m.exec(text)?.[1] ?? (/^:/.test(text) ? 'comment' : 'data')
  const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? 'other'
  return { name, kind }
}

const KINDS = [
  [/content|response/i, 'text'],
  [/error|cancelled/i, 'error'],
  [/^retry$/i, 'retry'],
  [/ToolCall/, 'tool'],
  [/(Started|Completed|Paused|Continued)$/, 'run'],
]
