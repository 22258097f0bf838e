/**
 * The chaos switch: what is done to the stream, the promise that it puts to the test, and whether it held. The verdict comes
 * from `verdict.js`, out of this run and the same one without chaos.
 */
import { createStreamHandler } from '../vendor/ai-stream-handler.js'
import { faulty, resetClock, spoil } from './fault-injection.js'
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { judge } from './verdict.js'

/** `of`: DESIGN.md §4. `needs`: `live` a backend that is asked; `counted` a background run whose frames the server counts; `stall` one that is missed soon. */
const KINDS = {
  bytes: { title: '1-byte chunks', of: 1, promise: 'However the network cuts the bytes, you see the same.' },
  crlf: { title: 'CRLF line endings', of: 1, promise: 'Every line ending of the standard is read alike, wherever it is cut.' },
  malformed: { title: 'Malformed frames', of: 7, promise: 'Frames that cannot be read are counted and listed, and end nothing.' },
  drop: { title: 'Drop', of: 4, promise: 'A stream never ends silently: it is resumed where the server can, otherwise the page says that it broke off.' },
  duplicate: { title: 'Duplicate frames', of: 4, promise: 'What comes twice is shown once: nothing twice, nothing lost.', needs: 'counted' },
  stall: { title: 'Stall', of: 4, promise: 'A stream that falls silent counts as lost, and is taken up again.', needs: 'stall' },
  storm: { title: '429 storm', of: 5, promise: 'A rate limit is waited out in plain sight; nothing of a failed attempt stays in the answer.', needs: 'live', on: 'page-retries' },
  clock: { title: 'Clock jump', of: 4, promise: 'A page that wakes from sleep is right: times are compared with the clock, never counted.', needs: 'counted' },
}
/** What needs a backend, and is chosen where there is none that fits, runs on this live scenario. */
const HOME = 'survives'

/** `run(name)`: the scenario that is on show is to be run again, or the live one of that name. */
export function createChaos({ run: rerun }) {
  const options = (isLive) => Object.entries(KINDS).filter(([, { needs }]) => Boolean(needs) === isLive).map(([value, { title }]) => el('option', { value }, title))
  const select = el('select', { testid: 'chaos' }, el('option', { value: '' }, 'No chaos'),
    el('optgroup', { label: 'On any stream' }, ...options(false)), el('optgroup', { label: 'On a live run' }, ...options(true)))
  const control = el('label', {}, el('span', {}, 'Chaos'), select)
  const promise = el('p', { class: 'promise' })
  const mark = el('span', { class: 'verdict', testid: 'verdict' })
  const facts = el('ul', { class: 'verdict-facts', testid: 'verdict-facts', tabindex: '0', 'aria-label': 'What was compared' })
  const node = el('section', { class: 'chaos', 'aria-label': 'Chaos, and the promise that it tests', hidden: true }, el('div', { class: 'chaos-head' }, promise, mark), el('div', { role: 'status' }, facts))
  let can = { live: false, counted: false }
  let done = 0
  let shown = []
  let malformed = 0
  let run = 0

  select.addEventListener('change', () => {
    draw()
    rerun(fits() ? null : (KINDS[kind()].on ?? HOME))
  })

  function draw() {
    const { title, of, promise: words } = KINDS[select.value] ?? {}
    show(node, Boolean(title))
    if (title) promise.replaceChildren(el('strong', {}, `Promise ${of}: `), words)
    wait()
  }

  function wait() {
    mark.dataset.held = ''
    setText(mark, 'running…')
    facts.replaceChildren()
  }

  const kind = () => select.value || null
  /** Whether what is chosen means something on what is on show. */
  const fits = () => !KINDS[kind()]?.needs || can[KINDS[kind()].needs]

  return {
    control,
    node,
    kind,
    /** For what is run next. */
    choose(wanted) {
      select.value = wanted
      draw()
    },
    /** What is on show: a kind that means nothing there is chosen no more. */
    offer({ scenario, live }) {
      const counted = Boolean(live?.options.background)
      can = { live: live !== null, counted, stall: counted && Boolean(live.options.stall), any: Boolean(scenario ?? live?.scenario) }
      show(control, can.any)
      if (!can.any || !fits()) select.value = ''
      draw()
    },
    /** A run begins; `before`: the handler's snapshot until then. */
    begin({ diagnostics }) {
      run++
      malformed = diagnostics.malformedFrames
      done = 0
      shown = []
      resetClock()
      wait()
    },
    spoil(recording) {
      if (!kind()) return recording
      const spoiled = spoil(recording, kind())
      done = spoiled.spoiled
      return spoiled
    },
    /** A fetch that goes through chaos. */
    over: (fetch) => (input, init) => wired(fetch)(input, init),
    sees: ({ status }) => shown.at(-1) !== status && shown.push(status),
    /** The same recording, whole and unspoiled; of one that was dropped, as far as it came. */
    reference(recording, spoiled, text) {
      const handler = createStreamHandler({ notify: 'sync', shareLimits: false })
      handler.begin(text)
      handler.feed(kind() === 'drop' ? recording.bytes.subarray(0, spoiled.bytes.length) : recording.bytes)
      if (kind() !== 'drop') handler.end()
      const snapshot = handler.getSnapshot()
      handler.dispose()
      return snapshot
    },
    /** The same messages to the same backend, without chaos. */
    async liveReference(options, sends) {
      const handler = createStreamHandler({ ...options, notify: 'sync', shareLimits: false, persist: false, log: undefined })
      await Promise.all(sends.map(({ message, options }) => handler.send(message, options)))
      const snapshot = handler.getSnapshot()
      handler.dispose()
      return snapshot
    },
    /** The run is over; `reference` may still be on its way. */
    async judge(seen, reference) {
      const [of, what] = [run, kind()]
      if (!what) return
      const { held, facts: found } = judge({ kind: what, seen, reference: await reference, done, malformed: seen.diagnostics.malformedFrames - malformed, counted: can.counted, shown })
      resetClock()
      if (of !== run) return
      mark.dataset.held = held ?? ''
      setText(mark, held === null ? 'nothing to judge' : held ? 'It held' : 'It did not hold')
      facts.replaceChildren(...found.map(({ ok, text }) => el('li', { 'data-ok': ok }, icon(ok ? 'check' : 'alert'), el('span', {}, text))))
    },
  }

  /** One wrapper for each run: it counts what it has left to do. */
  function wired(fetch) {
    if (!kind()) return fetch
    if (wired.run !== run || wired.of !== fetch) [wired.run, wired.of, wired.fetch] = [run, fetch, faulty(fetch, kind(), (count = 1) => (done += count))]
    return wired.fetch
  }
}
