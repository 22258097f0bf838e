/** One line of counts for the stream shown: frames, bytes, tokens, cost; malformed, unknown and stale ones if there are any. */
import { el, setText } from '../ui/dom.js'

const ZERO = { framesRead: 0, bytesRead: 0, malformedFrames: 0, unknownEvents: 0, staleFrames: 0 }

export function createStatusFooter() {
  const node = el('p', { class: 'status-footer', 'aria-label': 'Stream statistics' })
  let start = ZERO
  let latest
  return {
    node,
    /** Counts from here: the handler's own counts cover its whole lifetime. */
    restart() {
      if (latest) start = latest
    },
    /** For a new handler, whose counts start at zero. */
    reset() {
      start = ZERO
    },
    update({ diagnostics, turns, queued }) {
      latest = diagnostics
      const usage = turns.at(-1)?.usage
      const since = (name) => diagnostics[name] - start[name]
      const parts = [
        `${since('framesRead').toLocaleString()} ${since('framesRead') === 1 ? 'frame' : 'frames'}`,
        bytes(since('bytesRead')),
        since('malformedFrames') > 0 && `${since('malformedFrames')} malformed`,
        since('unknownEvents') > 0 && `${since('unknownEvents')} unknown`,
        since('staleFrames') > 0 && `${since('staleFrames')} stale`,
        usage?.totalTokens > 0 && `${usage.totalTokens.toLocaleString()} tokens`,
        usage?.totalCost > 0 && `cost ${usage.totalCost.toPrecision(2)}`,
        queued > 0 && `${queued} queued`,
      ]
      // Before a run there is nothing to count.
      node.classList.toggle('unused', turns.length === 0)
      setText(node, parts.filter(Boolean).join(' · '))
      node.title = diagnostics.unknown.map(({ name, count }) => `${name} × ${count}`).join(', ')
    },
  }
}

function bytes(count) {
  if (count < 1024) return `${count} B`
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KB`
  return `${(count / 1024 / 1024).toFixed(1)} MB`
}
