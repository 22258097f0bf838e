/**
 * Records every run while it is shown, saves it as a file, and opens a file from the button or dropped anywhere on the page.
 *
 * Besides the package's own format it opens this project's test fixtures: NAME.sse with NAME.json.
 */
import { openRecording, packRecording, record, recordingOf, redact } from '../vendor/ai-stream-handler-replay.js'
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

/** `open(recording, name)` shows a recording. `opened()`: the recording open now, or null. `name()`: the file name to save under. */
export function createRecorderControls({ open, opened, name }) {
  let recorder
  const redactBox = el('input', { type: 'checkbox', testid: 'redact' })
  const saveButton = el('button', { type: 'button', class: 'small', testid: 'save-run', disabled: true, onclick: save }, icon('save'), 'Save', el('span', {}, ' this run'))
  const input = el('input', { type: 'file', multiple: true, hidden: true, testid: 'recording-file', 'aria-label': 'A recording to replay' })
  const openButton = el('button', { type: 'button', class: 'small', testid: 'open-recording', title: 'Or drop one anywhere on this page', onclick: () => input.click() }, icon('open'), 'Open', el('span', {}, ' a recording'))
  const problem = el('p', { class: 'recorder-problem', role: 'alert', testid: 'recording-problem', hidden: true })
  const node = el('div', { class: 'recorder' },
    el('div', { class: 'recorder-buttons' }, el('label', { class: 'check' }, redactBox, el('span', {}, 'Redact text')), saveButton, openButton, input), problem)
  const veil = el('div', { class: 'drop-veil', 'aria-hidden': 'true', hidden: true }, el('p', {}, icon('open'), 'Drop the recording to replay it'))
  document.body.append(veil)

  input.addEventListener('change', () => {
    openFiles([...input.files])
    input.value = ''
  })
  const hasFiles = (event) => event.dataTransfer?.types.includes('Files')
  addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    show(veil, true)
  })
  addEventListener('dragleave', (event) => event.relatedTarget === null && show(veil, false))
  addEventListener('drop', (event) => {
    show(veil, false)
    if (!hasFiles(event)) return
    event.preventDefault()
    openFiles([...event.dataTransfer.files])
  })

  async function openFiles(files) {
    if (files.length === 0) return
    try {
      const stream = files.find((file) => file.name.endsWith('.sse'))
      const recording = stream ? await readFixture(stream, files) : await openRecording(files[0])
      setProblem('')
      open(recording, (stream ?? files[0]).name.replace(/(\.recording)?(\.jsonl)?(\.gz|\.sse)?$/, ''))
    } catch (error) {
      setProblem(error.message)
    }
  }

  function setProblem(text) {
    setText(problem, text)
    show(problem, text !== '')
  }

  async function save() {
    setProblem('')
    try {
      const recording = opened() ?? recorder.recording
      const file = await packRecording(redactBox.checked ? redact(recording) : recording)
      const address = URL.createObjectURL(file)
      el('a', { href: address, download: `${name()}.recording.jsonl${file.type.includes('gzip') ? '.gz' : ''}` }).click()
      // By then the download has started.
      setTimeout(() => URL.revokeObjectURL(address), 10_000)
    } catch (error) {
      setProblem(`This run could not be saved: ${error.message}`)
    }
  }

  return {
    node,
    /** Records `handler` from now on. */
    watch(handler) {
      recorder = record(handler)
      setProblem('')
    },
    update(snapshot) {
      saveButton.disabled = snapshot.turns.length === 0
      // Before a run there is nothing to save.
      node.classList.toggle('unused', snapshot.turns.length === 0)
    },
  }
}

/** A recording from NAME.sse, with the timing of NAME.json if that is among the files. */
async function readFixture(stream, files) {
  const bytes = new Uint8Array(await stream.arrayBuffer())
  const metadata = files.find((file) => file.name === stream.name.replace(/\.sse$/, '.json'))
  const { chunks_ms_size: chunks, request, response_headers: headers } = metadata ? JSON.parse(await metadata.text()) : {}
  const startedAt = Date.parse(headers?.date) / 1000
  // A fixture's message may steer the tests' scripted model.
  const message = (request?.form?.message ?? '').replace(/\s*\[\[[a-z][^[\]]*\]\]/g, '')
  return recordingOf({ bytes, chunks, message }, startedAt > 0 ? { startedAt } : {})
}
