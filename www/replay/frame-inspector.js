/** The frames around the moment shown, and the latest one as raw text. */
import { el, keyedList, setText } from '../ui/dom.js'

/** Frames listed before and after the current one. */
const CONTEXT = 6
/** Bytes shown of a longer frame. */
const MAX_SHOWN = 6000

/** `seek(count)`: moves to the moment at which `count` frames have arrived. */
export function createFrameInspector({ seek }) {
  const title = el('h2', { id: 'frames-title' }, 'On the wire')
  const count = el('span', { class: 'inspector-count', testid: 'frame-count' })
  const list = el('ol', { class: 'inspector-list' })
  const raw = el('pre', { class: 'inspector-raw', testid: 'raw-frame', tabindex: '0', role: 'region', 'aria-label': 'Raw frame' })
  const node = el('aside', { class: 'inspector', 'aria-labelledby': 'frames-title', testid: 'frames', hidden: true },
    el('header', {}, title, count), list, raw)
  let drawn

  const draw = keyedList(list, ({ index }) => {
    const time = el('span', { class: 'inspector-time' })
    const name = el('span', { class: 'inspector-name' })
    const size = el('span', { class: 'inspector-size' })
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
      const from = Math.max(0, Math.min(seen - 1 - CONTEXT, frames.length - 2 * CONTEXT - 1))
      draw(frames.slice(from, from + 2 * CONTEXT + 1).map((frame, at) => ({ index: from + at, frame, isCurrent: from + at === seen - 1 })))
      raw.textContent = seen === 0 ? 'No frames yet.' : rawOf(frames[seen - 1])
      raw.scrollTop = 0
    },
  }
}

function rawOf({ bytes }) {
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_SHOWN)).replace(/(\r?\n)+$/, '')
  return bytes.length > MAX_SHOWN ? `${text}… (${(bytes.length - MAX_SHOWN).toLocaleString()} bytes more)` : text
}

const classified = new WeakMap()

/** `{ name, kind }` of a frame: the event's name, and its kind for colors and marks. */
export function kindOf(frame) {
  if (!classified.has(frame)) classified.set(frame, classify(frame))
  return classified.get(frame)
}

function classify({ bytes }) {
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
