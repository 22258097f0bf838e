// The part of the packaging tests that is quick: the linters of packages, Vite, and what happens without WebAssembly. The plain
// page, the worker and the policies are in tests/e2e, Node's import and require in tests/package; `make test-package` is the rest.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, root, runScript } from '../package/support.mjs'
import { build } from 'esbuild'
import { begin, builtByVite, end, plainPageLoadsTheCoreLate, streamsThroughAnEdit } from './browse.mjs'
import { project } from './projects.mjs'

let scratch, remove
before(async () => {
  ;({ scratch, remove } = await install())
  // React and Vue, as far as importing the entries asks for them.
  for (const [name, text] of [['react', ''], ['vue', "for (const name of ['computed', 'getCurrentInstance', 'h', 'onMounted', 'onScopeDispose', 'shallowReadonly', 'shallowRef']) exports[name] = () => {}\nexports.computed = exports.getCurrentInstance = exports.h = exports.onMounted = exports.onScopeDispose = exports.shallowReadonly = exports.shallowRef = () => {}"]]) {
    const folder = join(scratch, 'node_modules', name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '19.0.0', main: 'index.js' }))
    writeFileSync(join(folder, 'index.js'), text)
  }
  await begin()
})
after(async () => {
  await end()
  remove?.()
})

const tarball = () => join(root, 'pkg', readdirSync(join(root, 'pkg')).find((name) => name.endsWith('.tgz')))
const run = (name, ...args) => {
  try {
    return execFileSync(join(root, 'node_modules/.bin', name), args, { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    throw new Error(`${name}: ${error.stdout}${error.stderr}`)
  }
}

test('publint --strict has nothing to say', () => {
  assert.match(run('publint', '--strict', tarball()), /All good/)
})

test('arethetypeswrong: the types of every entry resolve, for every kind of import', () => {
  const { problems, entrypoints } = JSON.parse(run('attw', '--format', 'json', tarball())).analysis
  assert.deepEqual(problems, [])
  assert.deepEqual(Object.keys(entrypoints).sort(), ['.', './a11y', './agent-ui', './angular', './core.wasm', './lit', './markdown', './package.json', './react', './replay', './slim', './smooth', './solid', './svelte', './svelte/MessageBlocks.svelte', './vue'])
})

test('Vite 8 builds it without a word: React, a worker, and the hosted module', async () => {
  const folder = await project('vite-8', {
    sources: ['app', 'vite'], dependencies: { vite: '8.3.8', '@vitejs/plugin-react': '6.3.0', react: '19.3.1', 'react-dom': '19.3.1' },
  })
  await builtByVite(folder)
})

test('Vite 8, Fast Refresh: an answer that streams goes on when the component is edited', async () => {
  await streamsThroughAnEdit(await project('vite-8', {
    sources: ['app', 'vite'], dependencies: { vite: '8.3.8', '@vitejs/plugin-react': '6.3.0', react: '19.3.1', 'react-dom': '19.3.1' },
  }))
})

test('esbuild makes one chunk of the core, which loads with the first message', async () => {
  await plainPageLoadsTheCoreLate(await project('esbuild', { sources: ['app', 'plain'], dependencies: {} }), async (folder, site) => {
    const { warnings } = await build({ entryPoints: [join(folder, 'main.js')], outdir: site, bundle: true, splitting: true, minify: true, format: 'esm', logLevel: 'silent' })
    assert.deepEqual(warnings, [])
  })
})

test('a plain page, without a bundler: the same', async () => {
  await plainPageLoadsTheCoreLate(await project('plain', { sources: ['app', 'plain'], dependencies: {} }), async (folder, site) => {
    for (const name of ['main.js', 'feed.js']) cpSync(join(folder, name), join(site, name))
    cpSync(join(folder, 'node_modules/ai-stream-handler/dist'), join(site, 'package'), { recursive: true })
  })
})

for (const without of ['with WebAssembly', 'where there is none']) {
  test(`importing or requiring any entry does nothing, ${without}`, async () => {
    for (const entry of ['', '/react', '/vue', '/lit', '/agent-ui', '/a11y', '/replay', '/slim']) {
      for (const [name, load] of [['bare.mjs', `await import('ai-stream-handler${entry}')`], ['bare.cjs', `require('ai-stream-handler${entry}')`]]) {
        const printed = await runScript(scratch, name, `
          const forbid = (target, name) => Object.defineProperty(target, name, { configurable: true, get() { throw new Error('importing asked for ' + name) } })
          for (const name of ['atob', 'fetch', 'BroadcastChannel', 'setTimeout', 'setInterval', 'requestAnimationFrame', 'localStorage', 'sessionStorage']) forbid(globalThis, name)
          ${without === 'with WebAssembly' ? `for (const name of Object.getOwnPropertyNames(WebAssembly)) forbid(WebAssembly, name)` : 'delete globalThis.WebAssembly'}
          ${load}
          console.log('loaded')
        `)
        assert.equal(printed, 'loaded\n', `${name} ${entry}`)
      }
    }
  })
}

test('without WebAssembly the first use says what is missing, of the slim entry too', async () => {
  const wanted = 'ai-stream-handler needs WebAssembly, which this browser does not have or has switched off.\n'
  assert.equal(await runScript(scratch, 'none.mjs', `
    delete globalThis.WebAssembly
    const { createStreamHandler } = await import('ai-stream-handler')
    try { createStreamHandler() } catch (error) { console.log(error.message) }
  `), wanted)
  assert.equal(await runScript(scratch, 'none.cjs', `
    delete globalThis.WebAssembly
    require('ai-stream-handler/slim').init(new Uint8Array(8)).catch((error) => console.log(error.message))
  `), wanted)
})

test('CommonJS requires the slim entry, and uses it with the bytes of core.wasm', async () => {
  const printed = await runScript(scratch, 'slim.cjs', `
    const { createStreamHandler, init } = require('ai-stream-handler/slim')
    const { readFileSync } = require('node:fs')
    init(readFileSync(require.resolve('ai-stream-handler/core.wasm'))).then(() => {
      const handler = createStreamHandler({ notify: 'sync' })
      handler.begin('hello')
      handler.feed(new TextEncoder().encode('data: {"event":"RunContent","run_id":"r","content":"hi"}\\n\\n'))
      console.log(handler.getSnapshot().messages.at(-1).content)
      handler.dispose()
    })
  `)
  assert.equal(printed, 'hi\n')
})

test('a runtime without weak references, as Cloudflare Workers of before May 2025 are, can use both entries', async () => {
  for (const entry of ['', '/slim']) {
    const printed = await runScript(scratch, 'no-weak.mjs', `
      // Node's own fetch, which needs them, loads with its first use.
      void globalThis.Request
      delete globalThis.FinalizationRegistry
      delete globalThis.WeakRef
      const { createStreamHandler, createBlocks, init } = await import('ai-stream-handler${entry}')
      const { readFileSync } = await import('node:fs')
      if (init) await init(readFileSync(new URL(import.meta.resolve('ai-stream-handler/core.wasm'))))
      const handler = createStreamHandler({ notify: 'sync' })
      handler.begin('hello')
      handler.feed(new TextEncoder().encode('data: {"event":"RunContent","run_id":"r","content":"hi"}\\n\\n'))
      console.log(handler.getSnapshot().messages.at(-1).content, createBlocks().update('a')[0].text)
      handler.dispose()
    `)
    assert.equal(printed, 'hi a\n', entry)
  }
})

test('a runtime that compiles no code is told of the slim entry', async () => {
  const message = await runScript(scratch, 'edge.mjs', `
    WebAssembly.Module = function () { throw new WebAssembly.CompileError('WebAssembly.Module(): Wasm code generation disallowed by embedder') }
    const { createStreamHandler } = await import('ai-stream-handler')
    try { createStreamHandler() } catch (error) { console.log(error.message) }
  `)
  assert.match(message, /^ai-stream-handler: this runtime compiles no code\. Take 'ai-stream-handler\/slim', and give the module of 'ai-stream-handler\/core\.wasm' to its init\(\)\.$/m)
})

test('the module carries nothing of the backend half, which the demo’s own backend does', () => {
  const ofGenerator = 'This query may be too complex'
  const module = readFileSync(join(scratch, 'node_modules/ai-stream-handler/dist/core.wasm'), 'latin1')
  assert.ok(!module.includes(ofGenerator))
  assert.ok(readFileSync(join(root, 'www/vendor/page_backend_bg.wasm'), 'latin1').includes(ofGenerator))
})
