// What others wrote and this project takes in: licenses, bans and sources by cargo-deny (deny.toml), known faults by RustSec's and
// npm's databases, where those can be reached; and that none of our own code is `unsafe`.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const run = (program, args, cwd = root) => spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 })
const missing = run('cargo', ['deny', '--version']).status !== 0 && 'cargo-deny is not here. To install it: make cargo-deny'

/** Whether `expression` (SPDX) is met by licenses of the list. */
function allowed(expression, list) {
  const any = expression.replaceAll(/[()]/g, ' ').split(/\s+OR\s+|\//)
  return any.some((choice) => choice.trim().split(/\s+AND\s+/).every((license) => list.includes(license.trim())))
}

for (const folder of ['.', 'bindings/python']) test(`every Rust dependency in ${folder} has a license that deny.toml allows, and comes from the registry`, () => {
  const [, listed] = /^allow = \[([^\]]*)\]/m.exec(readFileSync(join(root, 'deny.toml'), 'utf8'))
  const list = [...listed.matchAll(/"([^"]+)"/g)].map(([, name]) => name)
  const { packages } = JSON.parse(run('cargo', ['metadata', '--format-version', '1', '--all-features'], join(root, folder)).stdout)
  const others = packages.filter(({ source }) => source !== null)
  assert.ok(others.length > 30, `${others.length} packages`)
  assert.deepEqual(others.filter(({ license }) => !allowed(license ?? 'none', list)).map(({ name, license }) => `${name}: ${license}`), [])
  assert.deepEqual(others.filter(({ source }) => !source.startsWith('registry+')).map(({ name, source }) => `${name}: ${source}`), [])
})

test('bans, licenses and sources of the Rust dependencies are what deny.toml allows', { skip: missing }, () => {
  const { status, stdout, stderr } = run('cargo', ['deny', '--offline', '--all-features', 'check', 'licenses', 'bans', 'sources'])
  assert.equal(status, 0, stdout + stderr)
})

test('no Rust dependency has a known fault', { skip: missing }, (context) => {
  const { status, stdout, stderr } = run('cargo', ['deny', '--all-features', 'check', 'advisories'])
  if (/failed to (fetch|open|load|clone)|unable to (fetch|clone|load)/i.test(stderr)) return context.skip('RustSec’s database cannot be reached from here: not checked')
  assert.equal(status, 0, stdout + stderr)
})

for (const folder of ['.', 'scripts/docs', 'tests/resilience']) {
  test(`no npm dependency in ${folder} has a known fault of weight`, (context) => {
    const { status, stdout, stderr } = run('npm', ['audit', '--json', '--audit-level=high'], join(root, folder))
    let report = {}
    try {
      report = JSON.parse(stdout)
    } catch { /* It said why on stderr. */ }
    if (!report.metadata) return context.skip(`npm’s database cannot be reached from here: not checked (${report.message ?? stderr.split('\n')[0]})`)
    assert.equal(status, 0, Object.values(report.vulnerabilities).map(({ name, severity }) => `${name}: ${severity}`).join(', '))
  })
}

test('the published package has no dependencies, and the frameworks it has entries for are optional', () => {
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync(join(root, 'pkg/package.json'), 'utf8'))
  const frameworks = ['react', 'vue', 'svelte', 'solid-js', '@angular/core']
  assert.deepEqual([Object.keys(dependencies ?? {}), Object.keys(peerDependencies ?? {})], [[], frameworks])
  assert.deepEqual(peerDependenciesMeta, Object.fromEntries(frameworks.map((name) => [name, { optional: true }])))
})

test('no Rust code of ours is unsafe, and nobody may allow it again', () => {
  assert.match(readFileSync(join(root, 'Cargo.toml'), 'utf8'), /^unsafe_code = "forbid"$/m)
  const files = ['src', 'examples', 'benches', 'tests', 'fuzz/fuzz_targets', 'bindings/python/src'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)))
    .filter((name) => name.endsWith('.rs'))
  assert.ok(files.length > 50)
  for (const name of files) assert.doesNotMatch(readFileSync(join(root, name), 'utf8').replace(/\/\/.*|"(\\.|[^"\\])*"/g, ''), /\bunsafe\b|no_mangle|export_name/, name)
})
