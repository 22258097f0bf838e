// What is published: every file that belongs into the tarball for npm and into the crate, and nothing else.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../package/support.mjs'

const tarball = () => join(root, 'pkg', readdirSync(join(root, 'pkg')).find((name) => name.endsWith('.tgz')))
const TEXTS = ['CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md']

/** Lines of what a program prints; cargo's notes on the tests that stay behind go to stderr. */
const lines = (program, ...args) => execFileSync(program, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n')

test('the tarball for npm holds the bundles, the types, the module and the texts, and nothing else', () => {
  const files = lines('tar', '-tzf', tarball()).map((name) => name.replace(/^package\//, ''))
  const manifest = JSON.parse(readFileSync(join(root, 'pkg/package.json'), 'utf8'))
  const targets = Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? entry : Object.values(entry).flatMap(Object.values))).map((name) => name.replace('./', ''))
  for (const name of [...targets, ...TEXTS]) assert.ok(files.includes(name), `${name} is missing`)
  const strange = files.filter((name) => ![...targets, ...TEXTS, 'package.json'].includes(name) && !/^dist\/[\w/-]+\.d\.c?ts$/.test(name))
  assert.deepEqual(strange, [])
})

test('the crate holds the sources, the examples, the licenses and what its docs include, and nothing else', (context) => {
  const files = lines('cargo', 'package', '--list', '--allow-dirty').filter((name) => !/^(\.cargo_vcs_info\.json|Cargo\.(lock|toml(\.orig)?))$/.test(name))
  const sources = readdirSync(join(root, 'src'), { recursive: true }).filter((name) => name.endsWith('.rs')).map((name) => `src/${name}`)
  const included = sources.flatMap((name) => [...readFileSync(join(root, name), 'utf8').matchAll(/include_(?:str|bytes)!\("((?:\.\.\/)*[^"]+)"\)/g)].map(([, path]) => join(name, '..', path)))
  assert.ok(sources.length > 50 && included.length > 0)
  for (const name of [...sources, ...included, ...TEXTS]) assert.ok(files.includes(name), `${name} is missing`)
  const strange = files.filter((name) => ![...sources, ...included, ...TEXTS].includes(name) && !/^examples\/[\w/]+\.rs$/.test(name))
  assert.deepEqual(strange, [])
  const bytes = files.reduce((sum, name) => sum + statSync(join(root, name)).size, 0)
  context.diagnostic(`the crate: ${files.length} files, ${Math.round(bytes / 1024)} KB before compression`)
  assert.ok(bytes < 1 << 20, `${bytes} bytes`)
})

for (const [registry, program, args, refused] of [
  // The build of what is packed is left out: the sources are those that every other stage has built.
  ['crates.io', 'cargo', () => ['publish', '--dry-run', '--allow-dirty', '--no-verify', '--locked'], /failed to (fetch|download|query|get)|could not (resolve|connect)|network|spurious|timed out|unable to update/i],
  ['npm', 'npm', () => ['publish', '--dry-run', '--ignore-scripts', '--offline', tarball()], /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENOTCACHED|network/],
]) {
  test(`a dry run of publishing to ${registry} succeeds`, { timeout: 600_000 }, (context) => {
    const { status, stdout, stderr } = spawnSync(program, args(), { cwd: root, encoding: 'utf8' })
    if (status !== 0 && refused.test(stderr)) return context.skip(`${registry} cannot be reached from here: not tried`)
    assert.equal(status, 0, stdout + stderr)
    const size = /Packaged .*|package size:.*/.exec(stderr)?.[0]
    if (size) context.diagnostic(`${registry}: ${size}`)
  })
}
