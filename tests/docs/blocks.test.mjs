// Code blocks in the documentation: TypeScript compiles against the built package, the README's examples run, Rust blocks are doctests,
// JSON parses, commands exist.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { build } from 'esbuild'
import { allBlocks, blocksOf, pages, read, root } from './support.mjs'

const scratch = join(root, 'target/docs-blocks')
const nameOf = ({ page, line, language }) => `${page.replace(/[^a-z]/gi, '_')}_${line}.${language}`

before(() => {
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(join(scratch, 'node_modules'), { recursive: true })
  symlinkSync(join(root, 'pkg'), join(scratch, 'node_modules/ai-stream-handler'))
})

test('every block names its language', () => {
  // tests/frameworks compiles the last four.
  const known = ['vue', 'svelte', 'jsx', 'typescript', 'ts', 'tsx', 'rust', 'sh', 'json', 'python', 'nginx', 'css', 'text']
  for (const { page, line, language } of pages.flatMap(blocksOf)) assert.ok(known.includes(language), `${page}:${line}: "${language}"`)
})

test('TypeScript blocks compile as strict TypeScript against the package', () => {
  const blocks = allBlocks('ts', 'tsx')
  assert.ok(blocks.length >= 15, `${blocks.length} blocks`)
  for (const block of blocks) writeFileSync(join(scratch, nameOf(block)), `${block.text}\nexport {}\n`)
  for (const name of ['given.d.ts', 'node.d.ts', 'renderers.d.ts']) cpSync(join(import.meta.dirname, name), join(scratch, name))
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'es2022', module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom', 'dom.iterable'], types: [], jsx: 'react-jsx',
      strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: true, noEmit: true,
    },
    include: ['*.ts', '*.tsx'],
  }))
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', scratch], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    assert.fail(error.stdout + error.stderr)
  }
})

/** Runs a module with the package, and returns what it printed. */
async function run(name, contents, loader) {
  const outfile = join(scratch, `${name}.cjs`)
  await build({ stdin: { contents, loader, resolveDir: scratch }, outfile, bundle: true, platform: 'node', format: 'cjs', jsx: 'automatic', logLevel: 'silent' })
  return execFileSync(process.execPath, [outfile], { encoding: 'utf8', timeout: 20_000 })
}

test('the README’s bytes fed by hand give what it says', async () => {
  const [block] = blocksOf('README.md').filter(({ text }) => text.includes('h.feed('))
  const [, said] = /console\.log\(.*\) \/\/ (.+)/.exec(block.text)
  assert.equal((await run('by-hand', block.text, 'ts')).trim(), said)
})

test('the README’s React page renders as it is pasted', async () => {
  const [block] = blocksOf('README.md').filter(({ language }) => language === 'tsx')
  assert.match(block.text, /function Message\(/)
  const html = await run('react', `import { renderToString } from 'react-dom/server'\n${block.text}\nconsole.log(renderToString(<Chat />))`, 'tsx')
  assert.match(html, /^<main><p role="status"><\/p><form><input aria-label="Message" required="" name="message"\/><button>Send<\/button><\/form><\/main>$/m)
})

test('every page with Rust blocks is a doctest of the crate', () => {
  const lib = read('src/lib.rs')
  const withRust = new Set(allBlocks('rust').map(({ page }) => page))
  assert.ok(withRust.size > 0)
  for (const page of withRust) assert.ok(lib.includes(`include_str!("../${page}")`), page)
  for (const [, page] of lib.matchAll(/include_str!\("\.\.\/(.+?\.md)"\)/g)) assert.ok(withRust.has(page), `${page} has no Rust block`)
})

test('JSON blocks parse', () => {
  for (const { page, line, text } of allBlocks('json')) {
    try {
      JSON.parse(text)
    } catch (error) {
      assert.fail(`${page}:${line}: ${error.message}`)
    }
  }
})

test('Python blocks parse', () => {
  for (const { text } of allBlocks('python')) execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: text })
})

test('shell blocks, and commands in the text, name what exists', () => {
  const makefile = read('Makefile')
  const commands = [...allBlocks('sh').map(({ page, text }) => [page, text]), ...pages.map((page) => [page, [...read(page).matchAll(/`((?:make|cargo|node) [^`\n]+)`/g)].map(([, text]) => text).join('\n')])]
  const found = { make: 0, example: 0, test: 0, script: 0 }
  for (const [page, text] of commands) {
    for (const [, targets] of text.matchAll(/^\s*make ((?:[a-z][a-z-]*(?: |$))+)/gm)) {
      for (const target of targets.trim().split(' ')) {
        assert.ok(new RegExp(`^${target}:`, 'm').test(makefile), `${page}: make ${target}`)
        found.make++
      }
    }
    for (const [, name] of text.matchAll(/cargo run --example ([\w-]+)/g)) found.example += read(`examples/${name}.rs`) && 1
    for (const [, name] of text.matchAll(/cargo test --test ([\w-]+)/g)) found.test += read(`tests/${name}.rs`) && 1
    for (const [, path] of text.matchAll(/((?:tests|scripts)\/[\w/.-]+\.mjs)/g)) found.script += read(path) && 1
  }
  for (const [kind, count] of Object.entries(found)) assert.ok(count > 0, `no ${kind}`)
})
