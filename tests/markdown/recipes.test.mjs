// The recipes of docs/markdown.md and examples/, with the real renderers: what is on the page is what the whole text would be, and a
// token renders one block.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, before, beforeEach, test } from 'node:test'
import { build } from 'esbuild'
import { blocksOf } from '../docs/support.mjs'
import { frame, root } from '../package/support.mjs'
import { folder, load } from './renderers.mjs'

const { JSDOM } = await load('jsdom')
const dom = new JSDOM('<!doctype html><main></main>', { pretendToBeVisual: true })
for (const name of ['document', 'HTMLElement', 'Element', 'Node', 'MutationObserver', 'navigator', 'requestAnimationFrame', 'cancelAnimationFrame', 'getComputedStyle']) globalThis[name] = dom.window[name]
for (const name of ['addEventListener', 'removeEventListener']) globalThis[name] = dom.window[name].bind(dom.window)
globalThis.window = dom.window
globalThis.IS_REACT_ACT_ENVIRONMENT = true

const { createBlocks, createStreamHandler } = await load('ai-stream-handler')
const { closedText } = await load('ai-stream-handler/markdown')
const React = (await load('react')).default
const { createRoot } = await load('react-dom/client')
const { renderToStaticMarkup } = await load('react-dom/server')
const { MessageBlocks, useBlocks, useSmooth } = await load('ai-stream-handler/react')
const Markdown = (await load('react-markdown')).default
const remarkGfm = (await load('remark-gfm')).default
const h = React.createElement

const ids = { run_id: 'r', session_id: 's', agent_id: 'a', agent_name: 'Agent' }
const answers = ['research', 'recipe', 'chat', 'code', 'half'].map((name) => readFileSync(join(root, `tests/fixtures/markdown/answers/${name}.md`), 'utf8'))

let handler, page, target
beforeEach(() => {
  handler = createStreamHandler({ notify: 'sync' })
  handler.begin('hello')
  handler.feed(frame('RunStarted', ids))
  target = document.querySelector('main')
  page = createRoot(target)
})
afterEach(async () => {
  await React.act(() => page.unmount())
  handler.dispose()
})

const feed = (content) => handler.feed(frame('RunContent', { ...ids, content }))
const complete = (content) => { handler.feed(frame('RunCompleted', { ...ids, content })); handler.end() }
const answer = () => handler.getSnapshot().turns.at(-1).answer
const show = (element) => React.act(() => page.render(element))
const html = (element) => renderToStaticMarkup(element)
/** What a browser makes of it, without line ends and the spaces in styles. */
const normal = (markup) => { const node = document.createElement('div'); node.innerHTML = markup; return node.innerHTML.replace(/\n/g, '').replace(/style="([^"]*)"/g, (style) => style.replace(/[ ;]/g, '')) }

/** What an element looks like in a page of its own. */
async function drawn(element) {
  const node = document.createElement('div')
  const root = createRoot(node)
  await React.act(() => root.render(element))
  const markup = normal(node.innerHTML)
  await React.act(() => root.unmount())
  return markup
}

/** Renders and counts. */
const Counted = Object.assign(({ children }) => { Counted.count++; return h(Markdown, { remarkPlugins: PLUGINS }, children) }, { count: 0 })
const PLUGINS = [remarkGfm]

test('react-markdown: a token renders one block, and the page is that of the whole text', async () => {
  for (const text of answers) {
    handler.clear()
    handler.begin('hello')
    handler.feed(frame('RunStarted', ids))
    let tokens = 0
    Counted.count = 0
    for (const token of text.match(/[^]{1,6}/gu)) {
      feed(token)
      tokens++
      await show(h(MessageBlocks, { message: answer(), render: Counted }))
    }
    complete(text)
    await show(h(MessageBlocks, { message: answer(), render: Counted }))
    const { length } = answer().blocks
    // One for each token, one more for each block that settles, and for what refers to a definition that came later.
    assert.ok(Counted.count <= tokens + length + 8, `${Counted.count} for ${tokens} tokens and ${length} blocks`)
    assert.equal(normal(target.innerHTML), await drawn(h(Markdown, { remarkPlugins: PLUGINS }, text)))
  }
})

test('nothing is mounted anew when a block settles', async () => {
  const lives = { mounted: 0, unmounted: 0 }
  const Block = ({ children }) => {
    React.useEffect(() => (lives.mounted++, () => void lives.unmounted++), [])
    return h('p', null, children)
  }
  for (const token of answers[0].match(/[^]{1,4}/gu)) {
    feed(token)
    await show(h(MessageBlocks, { message: answer(), render: Block }))
  }
  assert.deepEqual(lives, { mounted: answer().blocks.length, unmounted: 0 })
})

test('behind hundreds of blocks, too: one is rendered for a token, and one that is inserted mounts only itself', async () => {
  const lives = { rendered: 0, mounted: 0, unmounted: 0 }
  const Block = ({ children }) => {
    lives.rendered++
    React.useEffect(() => (lives.mounted++, () => void lives.unmounted++), [])
    return h('p', null, children)
  }
  const texts = Array.from({ length: 350 }, (_, at) => `paragraph ${at}`)
  feed(texts.join('\n\n'))
  await show(h(MessageBlocks, { message: answer(), render: Block }))
  Object.assign(lives, { rendered: 0, mounted: 0 })
  feed(' and more')
  await show(h(MessageBlocks, { message: answer(), render: Block }))
  assert.deepEqual(lives, { rendered: 1, mounted: 0, unmounted: 0 })
  complete([...texts.slice(0, 50), '# Inserted', ...texts.slice(50)].join('\n\n') + ' and more')
  await show(h(MessageBlocks, { message: answer(), render: Block }))
  // And the last one, which has settled.
  assert.deepEqual(lives, { rendered: 3, mounted: 1, unmounted: 0 })
  assert.deepEqual([...target.children].slice(49, 52).map(({ textContent }) => textContent), ['paragraph 49', '# Inserted', 'paragraph 50'])
})

test('a final text that changes one block renders that block', async () => {
  feed('one\n\ntwo\n\nthree')
  await show(h(MessageBlocks, { message: answer(), render: Counted }))
  Counted.count = 0
  complete('one\n\n2\n\nthree')
  await show(h(MessageBlocks, { message: answer(), render: Counted }))
  // The changed one, and the last one, which is no longer open.
  assert.equal(Counted.count, 2)
  assert.equal(target.textContent, 'one2three')
})

test('a definition that comes late renders the blocks that need it', async () => {
  feed('See [docs].\n\nNothing here.\n\nAnd [others].\n\n')
  await show(h(MessageBlocks, { message: answer(), render: Counted }))
  Counted.count = 0
  feed('[docs]: /docs\n\nend')
  await show(h(MessageBlocks, { message: answer(), render: Counted }))
  assert.equal(target.querySelector('a').getAttribute('href'), '/docs')
  // The first paragraph, the third (it has settled), the definition and the last.
  assert.equal(Counted.count, 4)
})

test('in production a token renders one block, and one that settles is rendered again only where `open` is read', async () => {
  await load('react-dom')
  const said = execFileSync(process.execPath, [join(import.meta.dirname, 'production.mjs'), folder], { encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } })
  const { text, open, later } = JSON.parse(said)
  // Blank lines and the end change nothing.
  assert.deepEqual(text.counts, [1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
  // One more when a block settles.
  assert.deepEqual(open.counts, [1, 1, 0, 2, 1, 1, 1, 2, 2, 1, 2, 1, 1, 2, 1])
  assert.deepEqual(open.open, Array(6).fill(false))
  // Read after the render, `open` is what it is then.
  assert.deepEqual([later.counts, later.open], [text.counts, Array(6).fill(false)])
})

test('of every beginning of an answer, closed text shows no more raw marks than remend’s', async () => {
  // A dependency of Streamdown.
  const { default: remend } = await load('remend')
  const { micromark } = await load('micromark')
  const { gfm, gfmHtml } = await load('micromark-extension-gfm')
  const drawn = (text) => micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()] }).replace(/<code[^]*?<\/code>/g, '').replace(/<[^>]*>/g, '')
  const marks = (text) => (drawn(text).match(/\*\*|(?<!\w)\*(?=\w)|`|\]\(|~~|\$\$/g) ?? []).length
  let count = 0
  // What is meant to be an asterisk is none of them.
  for (const text of answers.map((one) => one.replaceAll('\\*', '').replaceAll('2 * 3 * 4', ''))) for (let length = 1; length <= text.length; length++) {
    const [block] = createBlocks().update(text.slice(0, length), { open: true }).slice(-1)
    // Behind a blank line, half a link is text.
    if (/\]\([^)]*\n\n$/.test(block.text)) continue
    const [ours, theirs] = [closedText(block), remend(block.text)]
    assert.ok(marks(ours) <= marks(theirs), `${JSON.stringify(block.text)}: ${JSON.stringify(ours)}, remend: ${JSON.stringify(theirs)}`)
    count += marks(block.text) > marks(ours)
  }
  assert.ok(count > 100, `${count} texts had half-written marks`)
})

test('a container around each hundred blocks, which are otherwise siblings', async () => {
  feed(Array.from({ length: 250 }, (_, at) => `paragraph ${at}`).join('\n\n'))
  const Counted = ({ children }) => h('section', { className: 'of-its-own' }, children)
  for (const [container, selector] of [['div', 'main > div'], [Counted, 'main > .of-its-own']]) {
    await show(h(MessageBlocks, { message: answer(), render: Markdown, container }))
    assert.deepEqual([...document.querySelectorAll(selector)].map(({ children }) => children.length), [100, 100, 50])
  }
  await show(h(MessageBlocks, { message: answer(), render: Markdown }))
  assert.equal(target.children.length, 250)
})

test('closed shows no raw marks, and render gets kind, open and lang', async () => {
  const seen = []
  const Block = ({ children, kind, open, lang }) => { seen.push([kind, open, lang]); return h(Markdown, null, children) }
  feed('```js\nlet a\n```\n\nSome **bold')
  await show(h(MessageBlocks, { message: answer(), render: Block, closed: true }))
  assert.equal(target.querySelector('strong').textContent, 'bold')
  assert.deepEqual(seen, [['code', false, 'js'], ['paragraph', true, undefined]])
})

test('a copy of a message and a plain text have blocks, too', async () => {
  feed('# A\n\ntext\n\nmore')
  Counted.count = 0
  await show(h(MessageBlocks, { message: { ...answer() }, render: Counted }))
  await show(h(MessageBlocks, { message: { ...answer() }, render: Counted }))
  // The core is loaded in the meantime.
  await React.act(async () => { for (let wait = 0; wait < 100 && target.children.length < 3; wait++) await new Promise((later) => setTimeout(later, 10)) })
  assert.deepEqual([...target.children].map(({ tagName }) => tagName), ['H1', 'P', 'P'])
  Counted.count = 0
  await show(h(MessageBlocks, { message: `${answer().content} and more`, render: Counted }))
  assert.equal(Counted.count, 1)
  assert.equal(html(h(() => useBlocks('a\n\nb').blocks.map(({ id }) => h('i', { key: id })))), '<i></i><i></i>')
})

test('useSmooth: behind while the run goes on, and complete at its end', async () => {
  const Answer = ({ message }) => h('p', null, useSmooth(message))
  feed('History. ')
  await show(h(Answer, { message: answer() }))
  assert.equal(target.textContent, 'History. ')
  feed('x'.repeat(200))
  await show(h(Answer, { message: answer() }))
  assert.ok(target.textContent.length < 209, target.textContent.length)
  assert.equal(answer().content.length, 209)
  await React.act(() => new Promise((later) => setTimeout(later, 150)))
  const shown = target.textContent.length
  assert.ok(shown > 9 && answer().content.startsWith(target.textContent), `${shown}`)
  complete(answer().content)
  await show(h(Answer, { message: answer() }))
  assert.equal(target.textContent.length, 209)
})

test('useSmooth in StrictMode: one clock, still behind, and no rendering without a reason', async () => {
  let renders = 0
  const Answer = ({ message }) => {
    if (++renders > 100) throw new Error('renders without end')
    return h('p', null, useSmooth(message))
  }
  const strict = (message) => h(React.StrictMode, null, h(Answer, { message }))
  feed('History. ')
  await show(strict(answer()))
  // Twice each: StrictMode renders twice.
  assert.ok(renders <= 4, `${renders} renders`)
  feed('x'.repeat(200))
  await show(strict(answer()))
  assert.ok(target.textContent.length < 209, `${target.textContent.length} are shown at once`)
  complete(answer().content)
  await show(strict(answer()))
  assert.equal(target.textContent.length, 209)
})

test('Streamdown draws the blocks it is given', async () => {
  const { Streamdown } = await load('streamdown')
  const draw = (message) => h(Streamdown, { parseIncompleteMarkdown: false, parseMarkdownIntoBlocksFn: () => message.blocks.map((block) => block.text) }, message.content)
  for (const text of answers.slice(1, 3)) {
    handler.load({ sessionId: 's', messages: [{ role: 'user', content: 'hi' }, { role: 'agent', content: text }] })
    const message = handler.getSnapshot().messages[1]
    const own = html(h(Streamdown, { parseIncompleteMarkdown: false }, text))
    assert.equal(text.includes('<p align') || html(draw(message)) === own, true)
    assert.ok(html(draw(message)).length > 500)
  }
})

/** A code block of docs/markdown.md, as a module of the project. */
async function recipe(words, name, loader) {
  const [block] = blocksOf('docs/markdown.md').filter(({ text }) => text.includes(words))
  return compiled(name, block.text, loader)
}

async function compiled(name, contents, loader) {
  const outfile = join(folder, `recipe-${name}.mjs`)
  await build({ stdin: { contents, loader, resolveDir: folder }, outfile, bundle: true, format: 'esm', platform: 'node', packages: 'external', jsx: 'automatic', logLevel: 'error' })
  return import(pathToFileURL(outfile).href)
}

test('marked and DOMPurify, as in docs/markdown.md', async () => {
  const { marked } = await load('marked')
  const { drawMessage } = await recipe('drawMessage', 'marked', 'ts')
  const element = document.createElement('div')
  const text = `${answers[1]}\n\n<img src=x onerror=alert(1)>\n\nend`
  for (const token of text.match(/[^]{1,9}/gu)) {
    feed(token)
    const before = [...element.children].slice(0, -1)
    const [first] = before
    if (first) first.mark = true
    drawMessage(element, answer())
    before.forEach((child, at) => assert.equal(element.children[at], child))
    if (first) assert.ok(element.children[0].mark)
  }
  complete(text)
  drawMessage(element, answer())
  assert.ok(!element.innerHTML.includes('onerror'))
  const whole = document.createElement('div')
  whole.innerHTML = marked.parse(text.replace(' onerror=alert(1)', ''))
  assert.equal(element.textContent.replace(/\s+/g, ' '), whole.textContent.replace(/\s+/g, ' '))
})

/** What the pages have around their renderer. Of `code` they say more than react-markdown gives, which a page's own renderer gets away with. */
const AROUND = {
  'lib/utils.ts': 'export const cn = (...names: (string | undefined)[]) => names.filter(Boolean).join(" ")',
  'types.ts': 'export interface MarkdownRendererProps { children?: string; classname?: string; inline?: boolean }',
  'styles.tsx': `import type { DetailedHTMLProps, FC, HTMLAttributes } from 'react'\nconst Code: FC<DetailedHTMLProps<HTMLAttributes<HTMLPreElement>, HTMLPreElement>> = ({ children }) => <code>{children}</code>\nexport const components = { code: Code }`,
  'inlineStyles.tsx': `export { components as inlineComponents } from './styles'\n`,
}

for (const name of ['agent-ui', 'cirkelline-ui']) test(`the drop-in for ${name} compiles, and renders what its own renderer does`, async () => {
  const parts = join(folder, `drop-in-${name}`)
  mkdirSync(join(parts, 'lib'), { recursive: true })
  for (const [file, text] of Object.entries(AROUND)) writeFileSync(join(parts, file), text)
  const source = readFileSync(join(root, `examples/${name}/MarkdownRenderer.tsx`), 'utf8')
  writeFileSync(join(parts, 'MarkdownRenderer.tsx'), source)
  writeFileSync(join(parts, 'tsconfig.json'), JSON.stringify({ compilerOptions: { target: 'es2022', module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [], jsx: 'react-jsx', strict: true, noUnusedLocals: true, skipLibCheck: true, noEmit: true, paths: { '@/*': ['./*'] } }, include: ['*.tsx', '*.ts'] }))
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', parts], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    assert.fail(error.stdout)
  }
  assert.ok(source.trimEnd().split('\n').length <= 33)
  const outfile = join(parts, 'drop-in.mjs')
  await build({ entryPoints: [join(parts, 'MarkdownRenderer.tsx')], outfile, bundle: true, format: 'esm', platform: 'node', external: ['react', 'react/*', 'react-markdown', 'rehype-*', 'remark-gfm', 'ai-stream-handler/*'], jsx: 'automatic', logLevel: 'error' })
  const { default: Renderer } = await import(pathToFileURL(outfile).href)
  const rehypeRaw = (await load('rehype-raw')).default
  const rehypeSanitize = (await load('rehype-sanitize')).default
  const components = { code: ({ children }) => h('code', null, children) }
  for (const text of answers) {
    // Another text in the same place would be taken for one that goes on, for a second.
    await show(h(Renderer, { key: text }, text))
    await React.act(async () => { for (let wait = 0; wait < 100 && target.firstChild.children.length < 2; wait++) await new Promise((later) => setTimeout(later, 10)) })
    assert.equal(normal(target.firstChild.innerHTML), await drawn(h(Markdown, { remarkPlugins: PLUGINS, rehypePlugins: [rehypeRaw, rehypeSanitize], components }, text)))
    assert.match(target.firstChild.className, /prose/)
  }
})
