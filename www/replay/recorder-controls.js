/**
 * The flight recorder of the page: every run is recorded while it is shown, saved as one file, and a file is opened again, by the
 * button or by dropping it anywhere.
 *
 * Beside its own format it takes the recordings of this project's tests: NAME.sse with NAME.json.
 */
import { openRecording, packRecording, record, recordingOf, redact } from '../vendor/ai-stream-handler-replay.js'
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

/** `open(recording, name)`: show it. `opened()`: the recording that is shown already, or null. `name()`: what to call the file. */
export function createFlight({ open, opened, name }) {
  let recorder
  const redacts = el('input', { type: 'checkbox', testid: 'redact' })
  const saveButton = el('button', { type: 'button', class: 'quiet', testid: 'save-run', disabled: true, onclick: save }, icon('save'), 'Save this run')
  const input = el('input', { type: 'file', multiple: true, hidden: true, testid: 'recording-file', 'aria-label': 'A recording to replay' })
  const openButton = el('button', { type: 'button', class: 'quiet', testid: 'open-recording', title: 'Or drop one anywhere on this page', onclick: () => input.click() }, icon('open'), 'Open a recording')
  const problem = el('p', { class: 'flight-problem', role: 'alert', testid: 'recording-problem', hidden: true })
  const node = el('div', { class: 'flight' },
    el('div', { class: 'flight-buttons' }, el('label', { class: 'check' }, redacts, el('span', {}, 'Redact texts')), saveButton, openButton, input), problem)
  const veil = el('div', { class: 'drop-veil', 'aria-hidden': 'true', hidden: true }, el('p', {}, icon('open'), 'Drop the recording to replay it'))
  document.body.append(veil)

  input.addEventListener('change', () => {
    take([...input.files])
    input.value = ''
  })
  const carriesFiles = (event) => event.dataTransfer?.types.includes('Files')
  addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    show(veil, true)
  })
  addEventListener('dragleave', (event) => event.relatedTarget === null && show(veil, false))
  addEventListener('drop', (event) => {
    show(veil, false)
    if (!carriesFiles(event)) return
    event.preventDefault()
    take([...event.dataTransfer.files])
  })

  async function take(files) {
    if (files.length === 0) return
    try {
      const stream = files.find((file) => file.name.endsWith('.sse'))
      const recording = stream ? await ofTests(stream, files) : await openRecording(files[0])
      tell('')
      open(recording, (stream ?? files[0]).name.replace(/(\.recording)?(\.jsonl)?(\.gz|\.sse)?$/, ''))
    } catch (error) {
      tell(error.message)
    }
  }

  function tell(text) {
    setText(problem, text)
    show(problem, text !== '')
  }

  async function save() {
    const whole = opened() ?? recorder.recording
    const file = await packRecording(redacts.checked ? redact(whole) : whole)
    const address = URL.createObjectURL(file)
    el('a', { href: address, download: `${name()}.recording.jsonl${file.type.includes('gzip') ? '.gz' : ''}` }).click()
    // The download has begun by then.
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
  }

  return {
    node,
    /** Records what this handler does from now on. */
    watch(handler) {
      recorder = record(handler)
      tell('')
    },
    update(snapshot) {
      saveButton.disabled = snapshot.turns.length === 0
    },
  }
}

/** NAME.sse, with the times of NAME.json if that came along. */
async function ofTests(stream, files) {
  const bytes = new Uint8Array(await stream.arrayBuffer())
  const head = files.find((file) => file.name === stream.name.replace(/\.sse$/, '.json'))
  const { chunks_ms_size: chunks, request } = head ? JSON.parse(await head.text()) : {}
  return recordingOf({ bytes, chunks, message: request?.form?.message ?? '' })
}
