// The tests and sizes that the documentation names are real. Its links and code blocks are tested in tests/docs.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sizeOfBlocks, sizeOfEntry, sizeOfHook } from '../../scripts/size.mjs'
import { root } from './support.mjs'

const read = (path) => readFileSync(join(root, path), 'utf8')

/** Brotli, in KB of 1,024 bytes. Exceeding one takes a decision, not only a commit. */
const BUDGET = 133.9
/** What a page loads before anybody sends a message, by entry. The rest is one chunk; without one, the entry needs no core. */
const FIRST_BUDGETS = [
  ['react', 'useAIStreamHandler', 3, 1], ['vue', 'useAIStreamHandler', 3, 1], ['svelte', 'createAIStreamHandler', 3, 1],
  ['solid', 'createAIStreamHandler', 3, 1], ['angular', 'injectAIStreamHandler', 3, 1], ['lit', 'AIStreamController', 3, 1],
  ['agent-ui', 'connectAgentUI', 6, 1],
  ['a11y', 'announce, countdown', 1.5, 0], ['replay', 'record, createPlayer', 5, 0],
]

test('what a browser loads for the React hook is within its budget, and the texts give its size', async () => {
  const kb = (await sizeOfHook()).whole.brotli / 1024
  assert.ok(kb <= BUDGET, `${kb.toFixed(1)} KB, and the budget is ${BUDGET}`)
  for (const [path, words] of [['docs/benchmarks.md', /For the React hook a browser loads \*\*(\d+) KB\*\*/], ['README.md', /if \*\*(\d+) KB\*\* \(brotli\) of JavaScript for the React hook/]]) {
    const [, said] = words.exec(read(path)) ?? []
    assert.ok(Math.abs(Number(said) - kb) < 1, `${path} says ${said}, and it is ${kb.toFixed(1)}`)
  }
})

test('what a page pays for message.blocks without reading it is at most 6 KB of the module, and docs/markdown.md gives the size', async () => {
  const kb = (await sizeOfBlocks()) / 1024
  assert.ok(kb > 2 && kb <= 6, `${kb.toFixed(1)} KB`)
  const [, said] = /own splitter \(`src\/markdown\.rs`\) \| ([\d.]+) KB/.exec(read('docs/markdown.md'))
  assert.ok(Math.abs(Number(said) - kb) < 0.3, `docs/markdown.md says ${said}, and it is ${kb.toFixed(1)}`)
})

for (const [entry, names, budget, chunks] of FIRST_BUDGETS) {
  test(`what a page loads first with ai-stream-handler/${entry} is at most ${budget} KB`, async () => {
    const { first, ...size } = await sizeOfEntry(entry, names)
    assert.ok(first.brotli / 1024 <= budget, `${first.brotli} bytes`)
    assert.equal(size.chunks, chunks)
  })
}

test('every test that tests/README.md names exists', () => {
  const tests = readdirSync(join(root, 'tests')).filter((name) => name.endsWith('.rs')).map((name) => read(`tests/${name}`)).join('\n')
  const named = [...read('tests/README.md').matchAll(/`([a-z0-9]+(?:_[a-z0-9]+){3,})`/g)].map(([, name]) => name)
  assert.ok(named.length > 25, `${named.length} names`)
  for (const name of named) assert.ok(tests.includes(`fn ${name}(`), name)
})

test('every test that SECURITY.md names exists', () => {
  const tests = ['package', 'e2e', 'fuzz'].flatMap((folder) => readdirSync(join(root, 'tests', folder)).filter((name) => name.endsWith('.test.mjs')).map((name) => read(`tests/${folder}/${name}`))).join('\n')
  const rows = read('SECURITY.md').split('\n').filter((line) => line.startsWith('| ')).slice(1)
  assert.ok(rows.length > 10)
  for (const row of rows) {
    const named = [...row.split('|').at(-2).matchAll(/`([^`]+)`/g)].map(([, title]) => title)
    assert.ok(named.length, row)
    for (const title of named) assert.ok(tests.includes(`test('${title}'`) || tests.includes(`test(\`${title}\``), title)
  }
})

test('the React entry begins with its directive, and every framework is an optional peer', () => {
  for (const name of ['react.js', 'react.cjs']) assert.match(read(`pkg/dist/${name}`), /^("use strict";)?"use client";/)
  const { peerDependencies, peerDependenciesMeta } = JSON.parse(read('pkg/package.json'))
  assert.deepEqual(peerDependencies, { react: '>=18', vue: '>=3.3', svelte: '>=5.7', 'solid-js': '>=1.8', '@angular/core': '>=17.1' })
  assert.deepEqual(peerDependenciesMeta, Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, { optional: true }])))
  assert.ok(read('pkg/src/react.ts').split('\n').length < 100)
})
