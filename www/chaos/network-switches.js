/**
 * The wire between this page and its backend, and what can be done to it: pull the plug, let it fall silent, cut it in the
 * middle of a frame. The handler does not know; it sees what a network does.
 */
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

export function createWire() {
  const streams = new Set()
  let unplugged = false
  const plug = el('span')
  const button = (testid, label, title, run) => el('button', { type: 'button', class: 'quiet', testid, title, onclick: run }, label)
  const plugButton = el('button', { type: 'button', class: 'quiet', testid: 'unplug', 'aria-pressed': 'false', title: 'No network until you plug it in again', onclick: () => setPlug(!unplugged) }, icon('plug'), plug)
  const node = el('div', { class: 'controls', role: 'group', 'aria-label': 'What happens to the connection', hidden: true }, plugButton,
    button('stall', 'Stall', 'Nothing arrives any more, and the connection stays open', () => each((stream) => stream.stall())),
    button('cut', 'Cut mid-frame', 'The connection breaks inside the next event', () => each((stream) => stream.cutNext())))
  setText(plug, 'Unplug')

  function each(act) {
    for (const stream of streams) act(stream)
  }

  function setPlug(off) {
    if (off === unplugged) return
    unplugged = off
    setText(plug, off ? 'Plug in' : 'Unplug')
    plugButton.setAttribute('aria-pressed', String(off))
    if (off) each((stream) => stream.cut())
    // What a browser says when its network goes and comes.
    dispatchEvent(new Event(off ? 'offline' : 'online'))
  }

  return {
    node,
    /** For another backend; `live`: whether there is a wire at all. */
    reset(live) {
      setPlug(false)
      show(node, live)
    },
    /** A fetch that goes over this wire. */
    over: (fetch) => async (input, init) => {
      if (unplugged) throw new TypeError('The network is unplugged')
      const answer = await fetch(input, init)
      return answer.body ? new Response(cuttable(answer.body, streams), answer) : answer
    },
  }
}

function cuttable(body, streams) {
  const reader = body.getReader()
  let stalled = false
  let cutsNext = false
  return new ReadableStream({
    start(controller) {
      const end = (how) => {
        streams.delete(stream)
        how()
      }
      const broken = () => end(() => {
        controller.error(new TypeError('The connection broke'))
        reader.cancel().catch(() => {})
      })
      const stream = { cut: broken, stall: () => (stalled = true), cutNext: () => (cutsNext = true) }
      streams.add(stream)
      const read = async () => {
        for (;;) {
          const { done, value } = await reader.read()
          if (!streams.has(stream) || (stalled && done)) return
          if (stalled) continue
          if (done) return end(() => controller.close())
          controller.enqueue(cutsNext ? value.subarray(0, value.length >> 1) : value)
          if (cutsNext) return setTimeout(broken, 20)
        }
      }
      read().catch((error) => streams.has(stream) && end(() => controller.error(error)))
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
