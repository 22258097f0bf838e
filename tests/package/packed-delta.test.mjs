// The order of the fields is a contract between src/view.rs and pkg/src/wasm/read-delta.ts: what the reader makes of a packed delta
// equals the same delta as plain JSON, for every recording, for generated runs and for clients that wait and fail
// (tests/packed_delta.rs writes both). And each field is compared at least once with a value.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, before, test } from 'node:test'
import { build } from 'esbuild'
import { root } from './support.mjs'

let folder
let readDelta
let unpack
let read
let streams
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ai-stream-handler-packed-'))
  const entry = `export * from ${JSON.stringify(join(root, 'pkg/src/wasm/packed.ts'))}; export * from ${JSON.stringify(join(root, 'pkg/src/wasm/read-delta.ts'))}`
  await build({ stdin: { contents: entry, resolveDir: root }, bundle: true, format: 'esm', outfile: join(folder, 'reader.mjs'), logLevel: 'warning' })
  const module = await import(pathToFileURL(join(folder, 'reader.mjs')))
  readDelta = module.readDelta
  unpack = module.unpack
  read = ({ numbers, text, pieces }) => unpack(readDelta, { numbers: Float64Array.from(numbers, (number) => number ?? NaN), text, pieces })

  const file = join(folder, 'pairs')
  execFileSync('cargo', ['test', '--quiet', '--features', 'generator', '--test', 'packed_delta'], { cwd: root, env: { ...process.env, PACKED_DELTAS: file }, stdio: ['ignore', 'ignore', 'inherit'] })
  streams = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line))
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** Without what stands for nothing: null, false, undefined, and lists that are empty. */
function bare(value) {
  if (Array.isArray(value)) return value.length > 0 ? value.map(bare) : undefined
  if (typeof value !== 'object' || value === null) return value === false || value === null ? undefined : value
  const fields = Object.entries(value).map(([key, inner]) => [key, bare(inner)]).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(fields.sort(([one], [other]) => (one < other ? -1 : 1)))
}

const SECTIONS = ['error', 'retry', 'pacing', 'queue', 'quota', 'usage', 'monitor']

test('what is read is what was packed', () => {
  let deltas = 0
  let unchanged = 0
  for (const stream of streams) {
    let known = {}
    for (const pair of stream) {
      const delta = read(pair)
      if (delta.head) {
        for (const key of SECTIONS) {
          if (delta.head[key] === undefined) unchanged++
          else known = { ...known, [key]: delta.head[key] }
        }
        Object.assign(delta.head, known)
      }
      assert.deepEqual(bare(delta), bare(pair.plain))
      deltas++
    }
  }
  assert.ok(deltas > 1000, `${deltas} deltas`)
  assert.ok(unchanged > 1000, `${unchanged} sections were left out`)
})

test('each field had a value', () => {
  const [all, seen] = [new Set(), new Set()]
  const walk = (value, path) => {
    path = path.replace(/user|answer|work\[\]/, 'message')
    all.add(path)
    if (value === null || value === undefined || value === false) return
    if (Array.isArray(value)) {
      // A pair of index and value, or a list.
      for (const inner of value) walk(inner, typeof value[0] === 'number' ? path : `${path}[]`)
      if (value.length > 0) seen.add(path)
    } else if (typeof value === 'object') {
      seen.add(path)
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`)
    } else seen.add(path)
  }
  for (const stream of streams) for (const pair of stream) { walk(read(pair), ''); walk(pair.plain, '') }
  assert.deepEqual([...all].filter((path) => !seen.has(path)), [], 'fields that were never set, so that their place was not tested')
})

test('everything that was packed is read', () => {
  for (const stream of streams) {
    for (const { numbers, text, pieces } of stream) {
      let [last, end] = [-1, 0]
      const counted = new Proxy(Float64Array.from(numbers, (number) => number ?? NaN), { get: (list, at) => ((last = Math.max(last, Number(at))), list[at]) })
      const sliced = { slice: (from, to) => ((end = Math.max(end, to)), text.slice(from, to)) }
      unpack(readDelta, { numbers: counted, text: sliced, pieces })
      assert.deepEqual([last, end], [numbers.length - 1, text.length])
    }
  }
})
