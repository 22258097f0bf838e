/**
 * Buttons that break the connection to the backend: unplug, stall, cut mid-frame. They wrap `fetch`, so the handler sees exactly what
 * a real network would do.
 */
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

export function createNetworkSwitches() {
  const streams = new Set()
  let unplugged = false
  const plugLabel = el('span')
  const button = (testid, label, title, run) => el('button', { type: 'button', class: 'small', testid, title, onclick: run }, label)
  const plugButton = el('button', { type: 'button', class: 'small', testid: 'unplug', 'aria-pressed': 'false', title: 'Disconnects from the network until you plug it in again', onclick: () => setPlug(!unplugged) }, icon('plug'), plugLabel)
  const node = el('div', { class: 'controls', role: 'group', 'aria-label': 'Break the connection', hidden: true }, plugButton,
    button('stall', 'Stall', 'Nothing more arrives, but the connection stays open', () => each((stream) => stream.stall())),
    button('cut', 'Cut', 'The connection breaks inside the next event', () => each((stream) => stream.cutNext())))
  setText(plugLabel, 'Unplug')

  function each(act) {
    for (const stream of streams) act(stream)
  }

  function setPlug(off) {
    if (off === unplugged) return
    unplugged = off
    setText(plugLabel, off ? 'Plug in' : 'Unplug')
    plugButton.setAttribute('aria-pressed', String(off))
    if (off) each((stream) => stream.cut())
    // The events a browser fires when it loses and regains its network.
    dispatchEvent(new Event(off ? 'offline' : 'online'))
  }

  return {
    node,
    /** For a new handler. `live`: false in a replay, which has no connection. */
    reset(live) {
      setPlug(false)
      show(node, live)
    },
    /** A `fetch` that these switches control. */
    wrap: (fetch) => async (input, init) => {
      if (unplugged) throw new TypeError('The network is unplugged')
      const answer = await fetch(input, init)
      // Chromium gives a 204 a body, and refuses to make a Response of it.
      return answer.body && answer.status !== 204 ? new Response(cuttable(answer.body, streams), answer) : answer
    },
  }
}

function cuttable(body, streams) {
  const reader = body.getReader()
  let stalled = false
  let cutsNext = false
  return new ReadableStream({
    start(controller) {
      const close = (how) => {
        streams.delete(stream)
        how()
      }
      const breakOff = () => close(() => {
        controller.error(new TypeError('The connection broke'))
        reader.cancel().catch(() => {})
      })
      const stream = { cut: breakOff, stall: () => (stalled = true), cutNext: () => (cutsNext = true) }
      streams.add(stream)
      const read = async () => {
        for (;;) {
          const { done, value } = await reader.read()
          if (!streams.has(stream) || (stalled && done)) return
          if (stalled) continue
          if (done) return close(() => controller.close())
          controller.enqueue(cutsNext ? value.subarray(0, value.length >> 1) : value)
          if (cutsNext) return setTimeout(breakOff, 20)
        }
      }
      read().catch((error) => streams.has(stream) && close(() => controller.error(error)))
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
