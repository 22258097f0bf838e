// Packs pkg/ into pkg/ai-stream-handler-<version>.tgz and checks its contents: every file that `exports` names, the
// texts, declarations, and nothing else.
//
// README, licenses and changelog are at the root, and npm packs only pkg/, so they are copied there while
// npm runs. Their relative links become links into the repository.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { absoluteLinks } from './readme-links.mjs'

const root = join(import.meta.dirname, '..')
const pkg = join(root, 'pkg')
const manifest = JSON.parse(readFileSync(join(pkg, 'package.json'), 'utf8'))
const crate = readFileSync(join(root, 'Cargo.toml'), 'utf8').match(/^version = "(.*)"/m)[1]
if (crate !== manifest.version) fail(`Cargo.toml says version ${crate}, pkg/package.json ${manifest.version}`)

for (const old of readdirSync(pkg).filter((name) => name.endsWith('.tgz'))) rmSync(join(pkg, old))

const repository = manifest.repository?.url ?? manifest.repository
if (!repository) fail('pkg/package.json names no repository')

const texts = manifest.files.filter((name) => !name.includes('dist') && existsSync(join(root, name)))
let packed
try {
  for (const name of texts) {
    const text = readFileSync(join(root, name), 'utf8')
    writeFileSync(join(pkg, name), name.endsWith('.md') ? absoluteLinks(text, repository, `v${manifest.version}`) : text)
  }
  const json = execFileSync('npm', ['pack', '--json', '--ignore-scripts'], { cwd: pkg, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  packed = JSON.parse(json)[0]
} finally {
  for (const name of texts) rmSync(join(pkg, name))
}

const files = packed.files.map(({ path }) => path)
const wanted = ['package.json', ...texts, ...targets(manifest.exports)]
const absent = wanted.filter((name) => !files.includes(name))
const strange = files.filter((name) => !wanted.includes(name) && !/^dist\/([\w-]+\/)?[\w-]+\.d\.c?ts$/.test(name))
if (absent.length > 0) fail(`missing from the tarball: ${absent.join(', ')}`)
if (strange.length > 0) fail(`unexpected in the tarball: ${strange.join(', ')}`)

console.log(`   pkg/${packed.filename}: ${files.length} files, ${(packed.size / 1024).toFixed(0)} KB`)

/** Every file that `exports` names. */
function targets(exports) {
  if (typeof exports === 'string') return [exports.replace('./', '')]
  return Object.values(exports).flatMap(targets)
}

function fail(text) {
  console.error(`scripts/pack.mjs: ${text}`)
  process.exit(1)
}
