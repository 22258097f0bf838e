// examples/agent-ui in the real agno-agi/agent-ui: type-checked, built by Next.js, and used in Chromium against the example server.
// Part of `make test-package`. AGENT_UI: a clone of agent-ui to use; without it, GitHub is asked.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { launch, openPage } from '../e2e/browser.mjs'
import { root, until } from '../package/support.mjs'
import { scratch, start } from '../server/start.mjs'
import { serving, tool, unpack } from './projects.mjs'

const execute = promisify(execFile)
const COMMIT = 'c084377'
/** As agent-ui's lock file has them: its own sources do not compile with later ones. */
const TYPES = ['@types/react@19.0.8', '@types/react-dom@19.0.3', 'react-markdown@9.0.3']
const examples = join(root, 'examples/agent-ui')
const folder = join(root, 'target/packaging/agent-ui')

/** File of examples/agent-ui → its place in agent-ui. */
const PLACES = {
  'useAIStreamHandler.tsx': 'src/hooks', 'MarkdownRenderer.tsx': 'src/components/ui/typography/MarkdownRenderer',
  'StopButton.tsx': 'src/components/chat/ChatArea/ChatInput', 'UploadButton.tsx': 'src/components/chat/ChatArea/ChatInput',
  'PauseForm.tsx': 'src/components/chat/ChatArea', 'WorkflowSelector.tsx': 'src/components/chat/Sidebar',
}

/** The edits that the README of examples/agent-ui names: file, text before, text after. */
const EDITS = [
  ['src/components/chat/ChatArea/ChatInput/ChatInput.tsx', "import Icon from '@/components/ui/icon'", "import Icon from '@/components/ui/icon'\nimport StopButton from './StopButton'\nimport UploadButton from './UploadButton'"],
  ['src/components/chat/ChatArea/ChatInput/ChatInput.tsx', "  const [teamId] = useQueryState('team')", "  const [teamId] = useQueryState('team')\n  const [workflow] = useQueryState('workflow')"],
  ['src/components/chat/ChatArea/ChatInput/ChatInput.tsx', /\(selectedAgent \|\| teamId\)/g, '(selectedAgent || teamId || workflow)'],
  ['src/components/chat/ChatArea/ChatInput/ChatInput.tsx', '      <Button\n', "      <UploadButton message={inputMessage} onSent={() => setInputMessage('')} />\n      <StopButton />\n      <Button\n"],
  ['src/components/chat/ChatArea/ChatArea.tsx', "import MessageArea from './MessageArea'", "import MessageArea from './MessageArea'\nimport PauseForm from './PauseForm'"],
  ['src/components/chat/ChatArea/ChatArea.tsx', '<ChatInput />', '<PauseForm />\n        <ChatInput />'],
  ['src/components/chat/Sidebar/Sidebar.tsx', "import { EntitySelector }", "import WorkflowSelector from '@/components/chat/Sidebar/WorkflowSelector'\nimport { EntitySelector }"],
  // Not of the README: the fonts are on a server that a test does not ask.
  ['src/app/layout.tsx', "import { DM_Mono, Geist } from 'next/font/google'", 'const Geist = (_: object) => ({ variable: \'\' }), DM_Mono = Geist'],
  ['src/components/chat/Sidebar/Sidebar.tsx', '<EntitySelector />', '<EntitySelector />\n                      <WorkflowSelector />'],
]

/** A clone at COMMIT with what was installed the last time; false if there is none to have. */
async function clone() {
  const kept = existsSync(join(folder, 'node_modules'))
  if (!existsSync(join(folder, '.git'))) {
    mkdirSync(folder, { recursive: true })
    const from = process.env.AGENT_UI ?? 'https://github.com/agno-agi/agent-ui'
    const cloned = await execute('git', ['clone', '--quiet', from, join(folder, 'clone')], { timeout: 120_000 }).then(() => true, () => false)
    if (!cloned) return false
    for (const name of readdirSync(join(folder, 'clone'))) cpSync(join(folder, 'clone', name), join(folder, name), { recursive: true })
    rmSync(join(folder, 'clone'), { recursive: true })
  }
  await execute('git', ['checkout', '--quiet', '--force', COMMIT], { cwd: folder })
  if (!kept) await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', '--no-save', ...TYPES], { cwd: folder, maxBuffer: 1 << 26 })
  return true
}

async function changed() {
  for (const [name, place] of Object.entries(PLACES)) cpSync(join(examples, name), join(folder, place, name))
  for (const [path, before, after] of EDITS) {
    const text = readFileSync(join(folder, path), 'utf8')
    const edited = text.replace(before, after)
    assert.notEqual(edited, text, `${path}: ${before}`)
    writeFileSync(join(folder, path), edited)
  }
  await unpack(folder)
}

describe('agno-agi/agent-ui', () => {
  let isThere, browser, site, server, removeDatabase, page
  before(async () => {
    isThere = await clone()
    if (!isThere) return
    await changed()
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await site?.stop()
    await server?.stop()
    removeDatabase?.()
  })

  test('the files compile in it', async (context) => {
    if (!isThere) return context.skip('agent-ui cannot be cloned from here: set AGENT_UI to a clone')
    await tool(folder, 'tsc', '--noEmit')
  })

  test('Next.js builds it, and its page stops an answer, answers a pause, sends a file and talks to a workflow', async (context) => {
    if (!isThere) return context.skip('agent-ui cannot be cloned from here: set AGENT_UI to a clone')
    await tool(folder, 'next', 'build', '--no-lint')
    site = await serving(folder, 'next', (port) => ['start', '-H', '127.0.0.1', '-p', String(port)])
    const { db, remove } = scratch()
    removeDatabase = remove
    server = await start(db)
    ;({ page } = await openPage(browser, site.url))
    await page.addInitScript((endpoint) => localStorage.setItem('endpoint-storage', JSON.stringify({ state: { selectedEndpoint: endpoint }, version: 0 })), server.url)
    // The example server has no workflow, and no route for its health.
    await page.route(({ href, pathname }) => href.startsWith(server.url) && pathname === '/workflows', (route) => route.fulfill({ json: [{ id: 'daily-news', name: 'Daily News' }], headers: { 'access-control-allow-origin': '*' } }))
    await page.route(`${server.url}/health`, (route) => route.fulfill({ json: { status: 'ok' }, headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' } }))
    const sent = []
    page.on('request', (request) => /\/runs$/.test(new URL(request.url()).pathname) && request.method() === 'POST' && sent.push(request))
    const say = async (text) => {
      await page.fill('textarea', text)
      await page.press('textarea', 'Enter')
    }
    const shows = (pattern) => until(async () => pattern.test(await page.textContent('main')))

    await page.goto(`${site.url}/?team=cirkelline`)
    await page.waitForSelector('textarea:not([disabled])')
    await say('[[slow n=2000 ms=20]] Count')
    await page.click('[aria-label=Stop]')
    await page.waitForSelector('[aria-label=Stop]', { state: 'detached' })

    await say('[[confirm]] Send it')
    await page.waitForSelector('form[aria-label=Question]')
    await page.click('form[aria-label=Question] >> text=Allow')
    await page.waitForSelector('form[aria-label=Question]', { state: 'detached' })
    await page.waitForSelector('[aria-label=Stop]', { state: 'detached' })

    await page.fill('textarea', 'Read this')
    await page.setInputFiles('input[type=file]', { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('a note') })
    await shows(/Read this/)
    await until(() => sent.some((request) => /filename="note\.txt"/.test(request.postData() ?? '')))
    await page.waitForSelector('[aria-label=Stop]', { state: 'detached' })

    await page.click('[aria-label=Workflow]')
    await page.click('[role=option]')
    await until(() => new URL(page.url()).searchParams.get('workflow'))
    await say('Run')
    await until(() => sent.some((request) => /\/workflows\//.test(request.url())))
  })
})
