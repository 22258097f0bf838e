// The declared types match what a page gets, and what the core sends: for all recordings it is compiled against them, as literals, so
// that a field that is missing, undeclared or of another type is a compile error. Deltas: packed-delta.test.mjs.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Core, initSync } from '../../pkg/generated/core.js'
import { chunks, packed, recording, replay, root, streamNames } from './support.mjs'

const lib = packed()
let folder
let memory
before(() => {
  const exported = initSync({ module: readFileSync(join(root, 'pkg/dist/core.wasm')) })
  memory = Object.values(exported).find((value) => value instanceof WebAssembly.Memory)
  folder = mkdtempSync(join(tmpdir(), 'ai-stream-handler-types-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** Shortens long texts and lists: only the shape matters. */
function shape(value) {
  if (typeof value === 'string') return value.length > 60 ? value.slice(0, 60) : value
  if (Array.isArray(value)) return value.slice(0, 8).map(shape)
  if (typeof value !== 'object' || value === null) return value
  // Not enumerable.
  const { blocks, linkDefinitions } = value
  const all = 'linkDefinitions' in value ? { ...value, blocks, linkDefinitions } : value
  return Object.fromEntries(Object.entries(all).map(([key, inner]) => [key, shape(inner)]))
}

/** Compiles `values` as literals of `type`. Returns the compiler's errors. */
function compile(name, type, from, values) {
  const distinct = [...new Set(values.map((value) => JSON.stringify(shape(value))))]
  const path = join(folder, `${name}.ts`)
  writeFileSync(path, `import type { ${type} } from ${JSON.stringify(join(root, 'pkg/src', from))}\nexport const all: ${type}[] = [\n${distinct.join(',\n')}\n]\n`)
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['--strict', '--noEmit', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2022,dom', '--allowImportingTsExtensions', '--types', '', path], { encoding: 'utf8', stdio: 'pipe' })
    return { distinct: distinct.length, errors: '' }
  } catch (error) {
    return { distinct: distinct.length, errors: error.stdout }
  }
}

/** The texts that grew while the core reads the recordings. */
function appended() {
  const texts = []
  for (const name of streamNames()) {
    const host = {
      changed() {}, kept() {}, settled() {}, wake() {}, limit() {}, log() {}, headers: async () => ({}), form() {}, credentials: () => 'omit', fetch() {}, unsent() {}, now: () => 1_795_452_369,
      delta() {}, piece() {}, appended: (...change) => texts.push(change),
    }
    const core = new Core(host, ['', '', '', '', ''], Float64Array.of(0, 0, 1, 0, 0, 0, 0, 0, 0, 8, 1, 30, 40, 600, 0, 5, 60, 0))
    core.quota('gemini', 1000)
    core.begin('hello', null)
    for (const piece of recording(name).cuts) {
      const at = core.room(piece.length, true)
      new Uint8Array(memory.buffer).set(piece, at)
      core.took(piece.length, 1_795_452_369)
      core.read()
    }
    core.end()
    core.read()
    core.free()
  }
  return texts
}

test('a text that grew is what core-delta.ts declares', () => {
  const { distinct, errors } = compile('appended', 'Appended', 'wasm/core-delta.ts', appended())
  assert.ok(distinct > 100, `${distinct} texts that grew`)
  assert.equal(errors.slice(0, 2000), '')
})

test('what a page gets is what snapshot.ts declares', () => {
  const snapshots = streamNames().map((name) => replay(lib, [recording(name)], chunks))
  const { distinct, errors } = compile('snapshots', 'Snapshot', 'types/snapshot.ts', snapshots)
  assert.ok(distinct > 50, `${distinct} snapshots`)
  assert.equal(errors.slice(0, 2000), '')
})

test('a field under another name, one too many, or of another kind is found', () => {
  const [snapshot] = ['agent_plain'].map((name) => replay(lib, [recording(name)], chunks))
  const { isStreaming: _, ...without } = snapshot
  for (const [wrong, words] of [
    [without, /isStreaming/],
    [{ ...snapshot, streaming: false }, /streaming/],
    [{ ...snapshot, runId: 7 }, /runId|number/],
    [{ ...snapshot, status: 'retrying' }, /./],
    [{ ...snapshot, turns: [{ ...snapshot.turns[0], attempt: 1 }] }, /attempt/],
  ]) assert.match(compile('wrong', 'Snapshot', 'types/snapshot.ts', [wrong]).errors, words)
})
