// The part of the packaging tests that is quick: the linters of packages, Vite, and what happens without WebAssembly. The plain
// page, the worker and the policies are in tests/e2e, Node's import and require in tests/package; `make test-package` is the rest.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, root, runScript } from '../package/support.mjs'
import { begin, builtByVite, end } from './browse.mjs'
import { project } from './projects.mjs'

let scratch, remove
before(async () => {
  ;({ scratch, remove } = await install())
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
  assert.deepEqual(Object.keys(entrypoints).sort(), ['.', './a11y', './agent-ui', './core.wasm', './package.json', './react', './slim'])
})

test('Vite 8 builds it without a word: React, a worker, and the hosted module', async () => {
  const folder = await project('vite-8', {
    sources: ['app', 'vite'], dependencies: { vite: '8.3.8', '@vitejs/plugin-react': '6.3.0', react: '19.3.1', 'react-dom': '19.3.1' },
  })
  await builtByVite(folder)
})

test('importing any entry does nothing, not even where there is no WebAssembly; the first use says what is missing', async () => {
  for (const entry of ['ai-stream-handler', 'ai-stream-handler/agent-ui', 'ai-stream-handler/a11y', 'ai-stream-handler/slim']) {
    const printed = await runScript(scratch, 'bare.mjs', `
      delete globalThis.WebAssembly
      for (const name of ['atob', 'fetch', 'BroadcastChannel', 'setTimeout', 'setInterval']) {
        Object.defineProperty(globalThis, name, { get() { throw new Error('importing asked for ' + name) } })
      }
      await import('${entry}')
      console.log('imported')
    `)
    assert.equal(printed, 'imported\n', entry)
  }
  const message = await runScript(scratch, 'none.mjs', `
    delete globalThis.WebAssembly
    const { createStreamHandler } = await import('ai-stream-handler')
    try { createStreamHandler() } catch (error) { console.log(error.message) }
  `)
  assert.equal(message, 'ai-stream-handler needs WebAssembly, which this browser does not have or has switched off.\n')
})

test('a runtime that compiles no code is told of the slim entry', async () => {
  const message = await runScript(scratch, 'edge.mjs', `
    WebAssembly.Module = function () { throw new WebAssembly.CompileError('WebAssembly.Module(): Wasm code generation disallowed by embedder') }
    const { createStreamHandler } = await import('ai-stream-handler')
    try { createStreamHandler() } catch (error) { console.log(error.message) }
  `)
  assert.match(message, /^ai-stream-handler: this runtime compiles no code\. Take 'ai-stream-handler\/slim', and give the module of 'ai-stream-handler\/core\.wasm' to its init\(\)\.$/m)
})
