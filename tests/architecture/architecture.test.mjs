// Who may import whom, in pkg/src and www: layers.mjs says it, dependency-cruiser looks.
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { cruise } from 'dependency-cruiser'
import ts from 'typescript'
import config from './.dependency-cruiser.mjs'
import { MOST_LINES, packageLayers } from './layers.mjs'

const root = join(import.meta.dirname, '../..')

/** Which rules are broken below `folder`, and by what. */
async function violations(folder) {
  const { forbidden, options } = config
  const { output } = await cruise(['pkg/src', 'www'], { ...options, baseDir: folder, ruleSet: { forbidden }, validate: true })
  assert.ok(output.summary.totalCruised > 50, `${output.summary.totalCruised} files were found`)
  return output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
}

function filesIn(folder, kind) {
  const all = readdirSync(join(root, folder), { recursive: true }).filter((name) => kind.test(name))
  return all.filter((name) => !/^(vendor|recordings)\//.test(name)).map((name) => join(root, folder, name))
}

test('folders import downwards only, and nothing goes in a circle', async () => {
  assert.deepEqual(await violations(root), [])
})

test('an upward import and a circle are found', async (t) => {
  const copy = mkdtempSync(join(tmpdir(), 'ai-stream-handler-folders-'))
  t.after(() => rmSync(copy, { recursive: true, force: true }))
  for (const folder of ['pkg/src', 'www']) {
    cpSync(join(root, folder), join(copy, folder), { recursive: true, filter: (path) => !/www\/(vendor|recordings)$/.test(path) })
  }
  const before = await violations(copy)
  appendFileSync(join(copy, 'pkg/src/types/json.ts'), "export type * from '../handler/form-data'\n")
  writeFileSync(join(copy, 'pkg/src/wasm/one.ts'), "import type { Two } from './two'\nexport type One = Two\n")
  writeFileSync(join(copy, 'pkg/src/wasm/two.ts'), "import type { One } from './one'\nexport type Two = One[]\n")
  appendFileSync(join(copy, 'pkg/src/handler/create-hosted.ts'), "import '../wasm/inlined-wasm'\n")
  writeFileSync(join(copy, 'pkg/src/react/three.ts'), "import type { Turn } from '../index'\nimport '../handler/stream-handler'\n")
  appendFileSync(join(copy, 'pkg/src/lazy/pending-turn.ts'), "export { createStreamHandler } from '../index'\n")
  mkdirSync(join(copy, 'www/ui'), { recursive: true })
  writeFileSync(join(copy, 'www/ui/four.js'), "import '../chat/five.js'\n")
  mkdirSync(join(copy, 'www/chat'), { recursive: true })
  writeFileSync(join(copy, 'www/chat/five.js'), "import '../ui/six.js'\n")
  writeFileSync(join(copy, 'www/ui/six.js'), '')
  const found = (await violations(copy)).filter((violation) => !before.includes(violation))
  for (const expected of [
    'no circles: pkg/src/wasm/one.ts → pkg/src/wasm/two.ts',
    'types: only from folders below: pkg/src/types/json.ts → pkg/src/handler/form-data.ts',
    'slim: without the module: pkg/src/slim.ts → pkg/src/wasm/inlined-wasm.ts',
    'adapters: types from types/: pkg/src/react/three.ts → pkg/src/index.ts',
    'lazy: the core by import() only: pkg/src/lazy/pending-turn.ts → pkg/src/index.ts',
    'adapters: one handler: pkg/src/react/three.ts → pkg/src/handler/stream-handler.ts',
    'www/ui: only from itself: www/ui/four.js → www/chat/five.js',
    'www: no circles of folders: www/ui → www/chat',
  ]) assert.ok(found.includes(expected), `${expected}\nis not among\n${found.join('\n')}`)
})

test('every folder of pkg/src is a folder', () => {
  const folders = readdirSync(join(root, 'pkg/src'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
  assert.deepEqual(folders.sort(), packageLayers.flat().filter((folder) => !folder.endsWith('.ts')).sort())
})

test('entries only re-export', () => {
  for (const path of filesIn('pkg/src', /^[^/]+(?<!\.d)\.ts$/)) {
    const { statements } = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest)
    const others = statements.filter((statement) => !isReExport(statement) && statement.expression?.text !== 'use client')
    assert.deepEqual(others.map((statement) => ts.SyntaxKind[statement.kind]), [], relative(root, path))
  }
})

const isReExport = (statement) => ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)

test(`no file is longer than ${MOST_LINES} lines`, () => {
  const files = [...filesIn('pkg/src', /\.(ts|wat)$/), ...filesIn('www', /\.js$/)]
  const long = files.map((path) => ({ path: relative(root, path), lines: readFileSync(path, 'utf8').split('\n').length - 1 }))
  assert.deepEqual(long.filter(({ lines }) => lines > MOST_LINES), [])
})
