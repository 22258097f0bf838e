// `make test-package`: the packed package in the real tools, each opened in a real Chromium. Minutes, not seconds, and a few
// hundred megabytes of tools in target/packaging the first time.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { build } from 'esbuild'
import { begin, builtByVite, end, loadsTheCoreLate, plainPageLoadsTheCoreLate, showsTheAnswer, streamsThroughAnEdit } from './browse.mjs'
import { project, serving, tool } from './projects.mjs'

before(begin)
after(end)

const react19 = { react: '19.3.1', 'react-dom': '19.3.1' }
const react18 = { react: '18.3.1', 'react-dom': '18.3.1' }

for (const [vite, plugin, react] of [['7.3.8', '5.2.0', react18], ['8.3.8', '6.3.0', react19]]) {
  describe(`Vite ${vite}`, () => {
    let folder
    before(async () => { folder = await project(`vite-${vite.split('.')[0]}`, { sources: ['app', 'vite'], dependencies: { vite, '@vitejs/plugin-react': plugin, ...react } }) })

    test('in development: React, a worker and the hosted module show the answer', async () => {
      const { url, stop, log } = await serving(folder, 'vite', (port) => ['--host', '127.0.0.1', '--port', String(port), '--strictPort', '--force'])
      try {
        await showsTheAnswer(url, ['#answer', '#worker', '#slim'])
        await loadsTheCoreLate(url, { isDevelopment: true })
        assert.doesNotMatch(log(), /warn|error/i)
      } finally {
        await stop()
      }
    })

    test('built: the same', async () => {
      await builtByVite(folder)
    })

    test('Fast Refresh: an answer that streams goes on when the component is edited', async () => {
      await streamsThroughAnEdit(folder)
    })
  })
}

for (const [next, react, bundlers] of [
  ['15.5.29', react18, { webpack: [], Turbopack: ['--turbopack'] }],
  ['16.4.6', react19, { webpack: ['--webpack'], Turbopack: [] }],
]) {
  describe(`Next.js ${next}`, () => {
    for (const [bundler, flags] of Object.entries(bundlers)) {
      let folder
      before(async () => {
        folder = await project(`next-${next.split('.')[0]}-${bundler.toLowerCase()}`, { sources: ['app', 'next'], into: 'app', dependencies: { next, ...react } })
      })
      const check = async ({ url, log }, isDevelopment = false) => {
        const html = await (await fetch(url)).text()
        assert.match(html, /<p id="server">from the server<\/p>/, 'a server component has used the package')
        assert.match(html, /<p id="status">idle<\/p><p id="answer"><\/p>/, 'the client component was rendered on the server')
        await showsTheAnswer(url)
        await loadsTheCoreLate(url, { isDevelopment })
        assert.doesNotMatch(log(), /ai-stream-handler.*(warn|error)|Module not found|Critical dependency/i)
      }

      test(`${bundler}, built: server component, server rendering and client show the answer`, async () => {
        const said = await tool(folder, 'next', 'build', ...flags)
        // Any warning, but those on where these projects lie: in a folder that was empty, on a busy disk, below one that has a lock file too.
        const rest = said.replace(/⚠ (No build cache found|Slow filesystem detected).*/g, '').replace(/⚠ Warning: Next\.js inferred your workspace root[^]*?(?=\n\s*\n|$)/, '')
        assert.doesNotMatch(rest, /⚠|node_modules\/ai-stream-handler|Critical dependency|Module not found/)
        const server = await serving(folder, 'next', (port) => ['start', '-H', '127.0.0.1', '-p', String(port)])
        try {
          await check(server)
        } finally {
          await server.stop()
        }
      })

      test(`${bundler}, in development: the same`, async () => {
        const server = await serving(folder, 'next', (port) => ['dev', ...flags, '-H', '127.0.0.1', '-p', String(port)])
        try {
          await check(server, true)
        } finally {
          await server.stop()
        }
      })
    }
  })
}

test('Rollup makes one chunk of the core, which loads with the first message', async () => {
  const dependencies = { rollup: '4.53.3', '@rollup/plugin-node-resolve': '16.0.3' }
  await plainPageLoadsTheCoreLate(await project('rollup', { sources: ['app', 'plain'], dependencies }), async (folder, site) => {
    const said = await tool(folder, 'rollup', 'main.js', '--dir', site, '--format', 'es', '--plugin', 'node-resolve')
    assert.doesNotMatch(said, /\(!\)|warn/i)
  })
})

for (const [name, { sources, dependencies, build: built, serve }] of Object.entries({
  // The last of each that runs on Node 20.
  'Nuxt 4': {
    sources: ['app', 'nuxt'], dependencies: { nuxt: '4.4.2', vue: '3.5.45' }, build: ['nuxt', 'build'],
    serve: ['nuxt', (port) => ['preview', '--port', String(port)]],
  },
  'SvelteKit 2': {
    sources: ['app', 'sveltekit'], dependencies: { '@sveltejs/kit': '2.70.4', '@sveltejs/vite-plugin-svelte': '7.3.1', svelte: '5.57.3', vite: '8.3.8' },
    build: ['vite', 'build', '--logLevel', 'warn'], serve: ['vite', (port) => ['preview', '--host', '127.0.0.1', '--port', String(port), '--strictPort']],
  },
})) {
  test(`${name}, built: rendered on the server, hydrated without a mismatch, and the answer is shown`, async () => {
    const folder = await project(name.toLowerCase().replace(' ', '-'), { sources, dependencies })
    assert.doesNotMatch(await tool(folder, ...built), /node_modules\/ai-stream-handler.*warn|Could not resolve|hydration/i)
    const { url, stop } = await serving(folder, ...serve)
    try {
      const html = await (await fetch(url)).text()
      assert.match(html, /<p id="status">idle<\/p>\s*<p id="answer">(<!--[^>]*-->)*<\/p>/, 'the page was rendered on the server')
      // Errors and warnings of the console fail this; a mismatch is one.
      await showsTheAnswer(url)
      await loadsTheCoreLate(url, { isDevelopment: true })
    } finally {
      await stop()
    }
  })
}

test('workerd, the runtime of Cloudflare: the slim entry takes the compiled module; the inlined one says that it has to be so', async (context) => {
  const folder = await project('edge', { sources: ['app', 'edge'], dependencies: { miniflare: '4.20260730.0' } })
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'worker.js')], bundle: true, write: false, format: 'esm', conditions: ['workerd', 'worker', 'browser'],
    plugins: [{ name: 'compiled-wasm', setup: ({ onResolve }) => onResolve({ filter: /core\.wasm$/ }, () => ({ path: './core.wasm', external: true })) }],
  })
  const { Miniflare } = await import(join(folder, 'node_modules/miniflare/dist/src/index.js'))
  const edge = new Miniflare({
    compatibilityDate: '2026-01-01',
    modules: [
      { type: 'ESModule', path: 'worker.js', contents: outputFiles[0].text },
      { type: 'CompiledWasm', path: 'core.wasm', contents: readFileSync(join(folder, 'node_modules/ai-stream-handler/dist/core.wasm')) },
    ],
  })
  context.after(() => edge.dispose())
  for (let request = 0; request < 3; request++) {
    const answer = await edge.dispatchFetch('http://localhost/')
    assert.deepEqual([answer.status, await answer.text()], [200, 'from the edge'])
  }
  const refused = await edge.dispatchFetch('http://localhost/inlined')
  assert.equal(refused.status, 500)
  assert.match(await refused.text(), /^ai-stream-handler: this runtime compiles no code\. Take 'ai-stream-handler\/slim'/)
})
