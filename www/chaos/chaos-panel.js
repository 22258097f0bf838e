/**
 * The chaos panel: injects a kind of fault into a run, names the guarantee this tests, and shows whether it held. The verdict
 * (verdict.js) compares the run with the same run without faults.
 */
import { createStreamHandler } from '../vendor/ai-stream-handler.js'
import { faultyFetch, injectFaults, resetClock } from './fault-injection.js'
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { judge } from './verdict.js'

/**
 * `guarantee`: its number in docs/guarantees.md. `needs`: `live` a backend, `resumable` a background run, `stall` a background run with
 * a short stall timeout. `runOn`: the live scenario to run on.
 */
const KINDS = {
  bytes: { title: '1-byte chunks', guarantee: 1, text: 'However the network splits the bytes, the result is the same.' },
  crlf: { title: 'CRLF line endings', guarantee: 1, text: 'Every line ending that the SSE standard allows works, wherever it is split.' },
  malformed: { title: 'Malformed frames', guarantee: 7, text: 'Malformed frames are counted and listed; they never end the run.' },
  drop: { title: 'Drop', guarantee: 4, text: 'A stream never ends silently: it is resumed if the server can, otherwise the page says that it was interrupted.' },
  duplicate: { title: 'Duplicate frames', guarantee: 4, text: 'Duplicate frames are shown once; nothing is lost.', needs: 'resumable' },
  stall: { title: 'Stall', guarantee: 4, text: 'A stream that goes silent counts as lost, and is resumed.', needs: 'stall' },
  storm: { title: '429 storm', guarantee: 5, text: 'A rate limit is waited out in full view; nothing of a failed attempt stays in the answer.', needs: 'live', runOn: 'page-retries' },
  clock: { title: 'Clock jump', guarantee: 4, text: 'A page that wakes from sleep is right: waits are measured by the clock, not counted down.', needs: 'resumable' },
}
/** The live scenario for a kind that needs a backend and names none. */
const DEFAULT_SCENARIO = 'survives'

/** `run(name)`: plays the live scenario of that name; without a name, replays the current one. */
export function createChaosPanel({ run: runScenario }) {
  const options = (isLive) => Object.entries(KINDS).filter(([, { needs }]) => Boolean(needs) === isLive).map(([value, { title }]) => el('option', { value }, title))
  const select = el('select', { testid: 'chaos' }, el('option', { value: '' }, 'No chaos'),
    el('optgroup', { label: 'On any stream' }, ...options(false)), el('optgroup', { label: 'On a live run' }, ...options(true)))
  const control = el('label', {}, el('span', {}, 'Chaos'), select)
  const heading = el('p')
  const verdict = el('span', { class: 'verdict', testid: 'verdict' })
  const facts = el('ul', { class: 'verdict-facts', testid: 'verdict-facts', tabindex: '0', 'aria-label': 'What was compared' })
  const node = el('section', { class: 'chaos', 'aria-label': 'Chaos, and the guarantee it tests', hidden: true }, el('div', { class: 'chaos-head' }, heading, verdict), el('div', { role: 'status' }, facts))
  let supports = { live: false, resumable: false, stall: false }
  let faults = 0
  let statuses = []
  let malformedBefore = 0
  let run = 0
  let wrapped = {}

  select.addEventListener('change', () => {
    draw()
    runScenario(isSupported() ? null : (KINDS[kind()].runOn ?? DEFAULT_SCENARIO))
  })

  function draw() {
    const { title, guarantee, text } = KINDS[select.value] ?? {}
    show(node, Boolean(title))
    if (title) heading.replaceChildren(el('strong', {}, `Guarantee ${guarantee}: `), text)
    clearVerdict()
  }

  function clearVerdict() {
    verdict.dataset.held = ''
    setText(verdict, 'running…')
    facts.replaceChildren()
  }

  const kind = () => select.value || null
  const isSupported = () => !KINDS[kind()]?.needs || supports[KINDS[kind()].needs]

  return {
    control,
    node,
    kind,
    /** Selects a kind for the next run. */
    choose(wanted) {
      select.value = wanted
      draw()
    },
    /** Adapts to what is shown: deselects a kind that this cannot test. */
    offer({ scenario, live }) {
      const resumable = Boolean(live?.options.background)
      supports = { live: live !== null, resumable, stall: resumable && Boolean(live.options.stall) }
      const canRun = Boolean(scenario ?? live?.scenario)
      show(control, canRun)
      if (!canRun || !isSupported()) select.value = ''
      draw()
    },
    /** Starts a run, given the handler's snapshot before it. */
    begin({ diagnostics }) {
      run++
      malformedBefore = diagnostics.malformedFrames
      faults = 0
      statuses = []
      resetClock()
      clearVerdict()
    },
    injectFaults(recording) {
      if (!kind()) return recording
      const faulty = injectFaults(recording, kind())
      faults = faulty.faults
      return faulty
    },
    /** A `fetch` that injects the chosen kind of fault. */
    wrap: (fetch) => (input, init) => fetchOfRun(fetch)(input, init),
    observe: ({ status }) => statuses.at(-1) !== status && statuses.push(status),
    /** The snapshot of the same recording without faults; for `drop`, of the part that arrived. */
    reference(recording, faulty, text) {
      const handler = createStreamHandler({ notify: 'sync', shareLimits: false })
      handler.begin(text)
      handler.feed(kind() === 'drop' ? recording.bytes.subarray(0, faulty.bytes.length) : recording.bytes)
      if (kind() !== 'drop') handler.end()
      const snapshot = handler.getSnapshot()
      handler.dispose()
      return snapshot
    },
    /** The snapshot after the same messages to the same backend, without faults. */
    async liveReference(options, sends) {
      const handler = createStreamHandler({ ...options, notify: 'sync', shareLimits: false, persist: false, log: undefined })
      await Promise.all(sends.map(({ message, options }) => handler.send(message, options)))
      const snapshot = handler.getSnapshot()
      handler.dispose()
      return snapshot
    },
    /** Ends the run and shows the verdict. `reference`: a snapshot, or a promise of one. */
    async judge(seen, reference) {
      const [judgedRun, judgedKind] = [run, kind()]
      if (!judgedKind) return
      const { held, facts: found } = judge({ kind: judgedKind, seen, reference: await reference, faults, malformed: seen.diagnostics.malformedFrames - malformedBefore, resumable: supports.resumable, statuses })
      resetClock()
      if (judgedRun !== run) return
      verdict.dataset.held = held ?? ''
      setText(verdict, held === null ? 'nothing to judge' : held ? 'It held' : 'It did not hold')
      facts.replaceChildren(...found.map(({ ok, text }) => el('li', { 'data-ok': ok }, icon(ok ? 'check' : 'alert'), el('span', {}, text))))
    },
  }

  /** One faulty `fetch` per run: it counts the faults it has left to inject. */
  function fetchOfRun(fetch) {
    if (!kind()) return fetch
    if (wrapped.run !== run || wrapped.original !== fetch) wrapped = { run, original: fetch, fetch: faultyFetch(fetch, kind(), (count = 1) => (faults += count)) }
    return wrapped.fetch
  }
}
