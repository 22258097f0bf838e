// Server rendering, hydration, and the hook where its React is missing or too old.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { serve } from '../../scripts/serve.mjs'
import { launch, openPage } from '../e2e/browser.mjs'
import { install, runScript } from '../package/support.mjs'
import { bundle, pageFor } from './bundle.mjs'

let scratch, remove
before(async () => ({ scratch, remove } = await install()))
after(() => remove?.())

for (const react of [18, 19]) {
  test(`React ${react} renders it on a server without starting WebAssembly, and hydrates without a word`, async (context) => {
    const program = await bundle(scratch, 'server.jsx', { react, platform: 'node' })
    const html = JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' }))
    assert.match(html, /^<main>idle<!-- --> <!-- -->0<!-- --> <!-- -->function<\/main>$/)

    const script = basename(await bundle(scratch, 'client.jsx', { react }))
    const address = pageFor(scratch, script, `<div id="root">${html}</div>`)
    const site = await serve(`${scratch}/site`)
    const browser = await launch()
    context.after(() => Promise.all([browser.close(), site.close()]))
    const { page, assertClean } = await openPage(browser, site.url)
    await page.goto(`${site.url}${address}`)
    await page.waitForFunction(() => globalThis.hydrated)
    await page.evaluate(() => new Promise((done) => setTimeout(done, 100)))
    assert.equal(await page.textContent('main'), 'idle 0 function')
    assertClean()
  })
}

test('without React the hook’s entry says what is missing, and the main entry does not need it', async () => {
  await assert.rejects(runScript(scratch, 'hook.mjs', `import 'ai-stream-handler/react'`), /Cannot find package 'react'/)
  await assert.rejects(runScript(scratch, 'hook.cjs', `require('ai-stream-handler/react')`), /Cannot find module 'react'/)
  assert.equal(await runScript(scratch, 'main.mjs', `import { createStreamHandler } from 'ai-stream-handler'; console.log(typeof createStreamHandler)`), 'function\n')
})

test('a React that is too old is named', async () => {
  const folder = join(scratch, 'node_modules/react')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "react", "version": "17.0.2", "main": "index.js" }')
  writeFileSync(join(folder, 'index.js'), `exports.version = '17.0.2'`)
  const hook = `try { useAIStreamHandler() } catch (error) { console.log(error.message) }`
  const wanted = 'ai-stream-handler/react needs React 18 or 19, not 17.0.2\n'
  assert.equal(await runScript(scratch, 'old.mjs', `import { useAIStreamHandler } from 'ai-stream-handler/react'; ${hook}`), wanted)
  assert.equal(await runScript(scratch, 'old.cjs', `const { useAIStreamHandler } = require('ai-stream-handler/react'); ${hook}`), wanted)
})
