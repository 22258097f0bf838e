// Seeds the fuzzer from tests/fixtures: `node fuzz/seed.mjs` writes fuzz/corpus/{decoder,json,client} and words.dict.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { streamOf } from '../tests/oracle/streams.mjs'
import { WORDS } from '../tests/fuzz/mutate.mjs'

const here = import.meta.dirname
const recordings = join(here, '../tests/fixtures/recordings')
const findings = join(here, '../tests/fixtures/findings')
const LONGEST = 20_000
const counts = {}

function write(target, name, ...parts) {
  const folder = join(here, 'corpus', target)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), Buffer.concat(parts.map((part) => Buffer.from(part))))
  counts[target] = (counts[target] ?? 0) + 1
}

/** One operation with its bytes, in the format of tests/targets/client.rs. */
const chunk = (operation, bytes) => [Uint8Array.of(operation, bytes.length & 255, bytes.length >> 8), bytes]

const kinds = new Set()
for (const file of readdirSync(recordings).filter((name) => name.endsWith('.sse'))) {
  const name = file.slice(0, -4)
  const bytes = readFileSync(join(recordings, file))
  const { status, response_headers: headers } = JSON.parse(readFileSync(join(recordings, `${name}.json`), 'utf8'))
  const frames = bytes.toString('utf8').split(/(?<=\n\n)/)
  for (const text of frames.flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? [])) {
    const kind = /"event":"(\w+)"/.exec(text)?.[1] ?? name
    if (!kinds.has(kind) && text.length < 4000) write('json', `${kind}`, text)
    kinds.add(kind)
  }
  if (bytes.length > LONGEST) continue
  write('decoder', name, [0, 7, 7], bytes)
  write('decoder', `${name}-bare`, [1, 7, 7], frames.map((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? frame).join(''))
  // Small limits in every second seed, background where the recording was; then send, head, frames, end.
  const options = (counts.client ?? 0) % 2 | (/^bg_/.test(name) ? 4 : 0)
  const isStream = /event-stream/.test(headers?.['content-type'] ?? '')
  const head = [0, 18, isStream ? 0 : { 429: 4, 503: 5, 500: 6 }[status] ?? 7, isStream ? 0 : 1]
  write('client', name, [options, 3], head, ...frames.flatMap((frame) => chunk(19, Buffer.from(frame))), [20])
  // The same stream through begin/feed; lost half-way and resumed; cancelled half-way.
  write('client', `${name}-fed`, [options, 9, 13], ...frames.flatMap((frame) => chunk(14, Buffer.from(frame))), [15])
  const half = frames.slice(0, frames.length / 2).flatMap((frame) => chunk(19, Buffer.from(frame)))
  write('client', `${name}-cut`, [options | 4, 5], head, ...half, [21, 16, 18, 0, 0], ...half, [16, 2, 20])
  write('client', `${name}-cancelled`, [options, 5], head, ...half, [4, 23, 200, 0, 16])
}
for (let number = 1; number <= 100; number++) {
  const { bytes } = streamOf(number)
  write('decoder', `stream-${number}`, [0, number, 0], bytes)
}
for (const target of ['decoder', 'json', 'client']) {
  for (const name of existsSync(join(findings, target)) ? readdirSync(join(findings, target)) : []) write(target, `found-${name}`, readFileSync(join(findings, target, name)))
}
const events = [...kinds].filter((kind) => /^[A-Za-z_]+$/.test(kind)).map((kind) => Buffer.from(`"event":"${kind}"`))
const quoted = (word) => `"${[...word].map((byte) => (byte > 31 && byte < 127 && byte !== 34 && byte !== 92 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)).join('')}"`
writeFileSync(join(here, 'corpus/words.dict'), [...WORDS.filter((word) => word.length < 60), ...events].map(quoted).join('\n') + '\n')
console.log(Object.entries(counts).map(([target, count]) => `${target}: ${count}`).join(', '))
