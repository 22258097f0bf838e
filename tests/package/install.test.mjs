// The tarball in a project that installs it: import, require, types, and that importing alone does nothing.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, root, runScript } from './support.mjs'

let scratch, remove
before(async () => ({ scratch, remove } = await install()))
after(() => remove?.())

/** Counts what is asked of WebAssembly, and which globals appear; `loaded` is what the script under test imports. */
const watching = (load) => `
  const asked = []
  for (const name of ['Module', 'Instance', 'Memory', 'compile', 'instantiate', 'compileStreaming', 'instantiateStreaming']) {
    const original = WebAssembly[name]
    if (original) WebAssembly[name] = new Proxy(original, {
      construct: (...call) => (asked.push(name), Reflect.construct(...call)),
      apply: (...call) => (asked.push(name), Reflect.apply(...call)),
    })
  }
  const globals = Object.getOwnPropertyNames(globalThis)
  const fetched = globalThis.fetch
  globalThis.fetch = (...call) => (asked.push('fetch'), fetched(...call))
  ${load}
  if (asked.length > 0) throw new Error('importing did: ' + asked)
  const added = Object.getOwnPropertyNames(globalThis).filter((name) => !globals.includes(name))
  if (added.length > 0) throw new Error('importing added globals: ' + added)

  const handler = createStreamHandler({ notify: 'sync' })
  handler.begin('hello')
  handler.feed(new TextEncoder().encode('event: RunContent\\ndata: {"event":"RunContent","run_id":"1","content":"hi"}\\n\\n'))
  handler.end()
  if (asked.filter((name) => name === 'fetch').length > 0) throw new Error('it fetched something')
  console.log(JSON.stringify([handler.getSnapshot().status, handler.getSnapshot().messages.at(-1).content, asked.length > 0]))
`

test('an ES module imports it, uses it without await, and ends by itself', async () => {
  const printed = await runScript(scratch, 'esm.mjs', watching(`const { createStreamHandler } = await import('ai-stream-handler')`))
  assert.deepEqual(JSON.parse(printed), ['completed', 'hi', true])
})

test('CommonJS requires it, uses it without await, and ends by itself', async () => {
  const printed = await runScript(scratch, 'cjs.cjs', watching(`const { createStreamHandler } = require('ai-stream-handler')`))
  assert.deepEqual(JSON.parse(printed), ['completed', 'hi', true])
})

test('the module inlined in the main entry is core.wasm, byte for byte', async () => {
  const printed = await runScript(scratch, 'inlined.mjs', `
    import { readFileSync } from 'node:fs'
    import { fileURLToPath } from 'node:url'
    import { createStreamHandler } from 'ai-stream-handler'
    let inlined
    const { Module } = WebAssembly
    WebAssembly.Module = new Proxy(Module, { construct: (target, [bytes]) => new target(inlined = bytes) })
    createStreamHandler({}).begin()
    console.log(readFileSync(fileURLToPath(import.meta.resolve('ai-stream-handler/core.wasm'))).equals(inlined))
  `)
  assert.equal(printed.trim(), 'true')
})

test('making a handler compiles only what unpacks the module; the module itself is compiled at first use, once for all', async () => {
  const printed = await runScript(scratch, 'first-use.mjs', `
    import { createStreamHandler } from 'ai-stream-handler'
    const compiled = []
    const { Module } = WebAssembly
    WebAssembly.Module = new Proxy(Module, { construct: (target, [bytes]) => (compiled.push(bytes.length), new target(bytes)) })
    WebAssembly.compile = () => { throw new Error('nobody has a moment here: this is no page') }
    const made = createStreamHandler({ sessionId: 's', shareLimits: false })
    made.subscribe(() => {})
    const { sessionId, status } = made.getSnapshot()
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = compiled.slice()
    made.begin()
    createStreamHandler().begin()
    console.log(JSON.stringify([sessionId, status, made.getSnapshot().sessionId, before, compiled.length]))
  `)
  const [sessionId, status, still, before, all] = JSON.parse(printed)
  assert.deepEqual([sessionId, status, still, before.length, all], ['s', 'idle', 's', 1, 2])
  assert.ok(before[0] < 1250, `${before[0]} bytes`)
})

test('what the core says of the options is said at once', async () => {
  const printed = await runScript(scratch, 'refused.mjs', `
    import { createStreamHandler } from 'ai-stream-handler'
    const said = (options) => { try { createStreamHandler(options); return null } catch ({ message }) { return message } }
    console.log(JSON.stringify([{ retry: { maxRetries: -1 } }, { resume: { maxDelay: -1 } }, { stall: { background: -1 } }, { quota: 0.5 }, { quota: { m: 0 } }, { quota: 0 }].map(said)))
  `)
  const said = JSON.parse(printed)
  for (const [at, name] of ['retry.maxRetries', 'resume.maxDelay', 'stall.background', 'quota', 'quota', 'quota'].entries()) assert.match(String(said[at]), new RegExp(name))
})

test('the slim entry and core.wasm resolve, and importing the slim entry does nothing', async () => {
  const printed = await runScript(scratch, 'slim.mjs', `
    import { readFileSync } from 'node:fs'
    import { fileURLToPath } from 'node:url'
    let made = 0
    const { Module } = WebAssembly
    WebAssembly.Module = new Proxy(Module, { construct: (...call) => (made++, Reflect.construct(...call)) })
    const slim = await import('ai-stream-handler/slim')
    const bytes = readFileSync(fileURLToPath(import.meta.resolve('ai-stream-handler/core.wasm')))
    console.log(JSON.stringify([typeof slim.createStreamHandler, made, WebAssembly.validate(bytes)]))
  `)
  assert.deepEqual(JSON.parse(printed), ['function', 0, true])
})

test('the installed folder holds the bundles, their types and the texts, and no dependency', () => {
  const folder = join(scratch, 'node_modules/ai-stream-handler')
  const files = readdirSync(join(folder, 'dist'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name)
  for (const name of ['index.js', 'index.cjs', 'slim.js', 'core.wasm', 'index.d.ts', 'index.d.cts', 'slim.d.ts', ...['react', 'vue', 'svelte', 'solid', 'angular', 'lit', 'agent-ui', 'a11y', 'replay', 'markdown', 'smooth'].flatMap((entry) => ['js', 'cjs', 'd.ts', 'd.cts'].map((kind) => `${entry}.${kind}`))]) {
    assert.ok(files.includes(name), `${name} is missing`)
  }
  assert.deepEqual(files.filter((name) => !/\.(js|cjs|wasm|svelte|d\.ts|d\.cts)$/.test(name)), [])
  const texts = readdirSync(folder)
  for (const name of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'CHANGELOG.md']) assert.ok(texts.includes(name), `${name} is missing`)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  assert.equal(manifest.dependencies, undefined)
  assert.equal(manifest.scripts?.install ?? manifest.scripts?.postinstall, undefined)
})

test('the bundles refer to no file, no address and no machine', () => {
  const dist = join(scratch, 'node_modules/ai-stream-handler/dist')
  for (const name of ['index.js', 'index.cjs', 'slim.js', 'core.wasm']) {
    const text = readFileSync(join(dist, name), 'latin1')
    assert.doesNotMatch(text, /import\.meta/, name)
    assert.doesNotMatch(text, /\/home\/|\/root\/|\/Users\/|\.cargo\/registry/, name)
    if (name.endsWith('js')) assert.doesNotMatch(text, /\beval\(|new Function\(/, name)
  }
})

for (const [moduleResolution, module] of [['node16', 'node16'], ['bundler', 'esnext']]) {
  test(`a strict TypeScript project with moduleResolution ${moduleResolution} compiles against it`, () => {
    for (const name of ['consumer.mts', ...(module === 'node16' ? ['consumer.cts'] : [])]) {
      cpSync(join(import.meta.dirname, 'consumer.mts'), join(scratch, name))
    }
    writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({
      compilerOptions: {
        module, moduleResolution, target: 'es2022', lib: ['es2022', 'dom'], types: [],
        strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false, noEmit: true,
      },
      include: module === 'node16' ? ['consumer.mts', 'consumer.cts'] : ['consumer.mts'],
    }))
    try {
      execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', scratch], { encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      assert.fail(error.stdout + error.stderr)
    }
  })
}
