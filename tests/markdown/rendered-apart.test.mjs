// Blocks rendered one by one, with the definitions appended, are the text rendered as a whole. micromark is the judge, with and without
// GFM, over every example of CommonMark and of GFM's extensions, whole answers, and generated documents. (pulldown-cmark:
// tests/markdown_blocks.rs.)
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../package/support.mjs'
import { random } from '../random.mjs'
import { load } from './renderers.mjs'

const { createBlocks } = await load('ai-stream-handler')
const { withDefinitions } = await load('ai-stream-handler/markdown')
const { micromark } = await load('micromark')
const { gfm, gfmHtml } = await load('micromark-extension-gfm')

const fixtures = join(root, 'tests/fixtures/markdown')
const judges = {
  CommonMark: (text) => micromark(text, { allowDangerousHtml: true }),
  GFM: (text) => micromark(text, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] }),
}
const examples = (name) => JSON.parse(readFileSync(join(fixtures, `${name}.json`), 'utf8'))

/** Every way to append the definitions: as they are, and only those that are used. */
function apart(text, render) {
  const growing = createBlocks()
  const blocks = growing.update(text)
  const appended = (block) => (block.kind === 'code' ? block.text : block.text + growing.linkDefinitions)
  return [appended, (block) => withDefinitions(block, growing.linkDefinitions)].map((textOf) => lines(blocks.map((block) => render(textOf(block))).join('\n')))
}

/** Without empty lines: the end of an HTML block is a line end or none. */
const lines = (html) => html.split('\n').filter(Boolean).join('\n')

const differs = (text, render) => apart(text, render).some((html) => html !== lines(render(text)))

for (const [name, render] of Object.entries(judges)) {
  for (const file of ['commonmark', 'gfm']) {
    test(`${name}: every example of ${file}.json`, () => {
      const all = examples(file)
      assert.equal(all.length, file === 'gfm' ? 24 : 652)
      assert.deepEqual(all.filter(({ markdown }) => differs(markdown, render)).map(({ number }) => number), [])
    })
  }

  test(`${name}: whole answers`, () => {
    const names = readdirSync(join(fixtures, 'answers'))
    assert.ok(names.length >= 5)
    for (const file of names) {
      const text = readFileSync(join(fixtures, 'answers', file), 'utf8')
      assert.ok(createBlocks().update(text).length >= 5, file)
      assert.deepEqual(apart(text, render), Array(2).fill(lines(render(text))), file)
    }
  })

  test(`${name}: every beginning of whole answers`, () => {
    for (const file of readdirSync(join(fixtures, 'answers'))) {
      const text = readFileSync(join(fixtures, 'answers', file), 'utf8')
      for (let length = 1; length < text.length; length += 37) assert.ok(!differs(text.slice(0, length), render), `${file}, ${length}`)
    }
  })

  test(`${name}: every beginning of the kinds of documents that Streamdown is tested with`, () => {
    for (const [kind, text] of Object.entries(KINDS)) for (let length = 1; length <= text.length; length++) {
      assert.ok(!differs(text.slice(0, length), render), `${kind}, ${JSON.stringify(text.slice(0, length))}`)
    }
  })

  test(`${name}: generated documents`, () => {
    const next = random(652)
    const parts = name === 'GFM' ? PARTS : PARTS.filter((part) => !part.includes('|'))
    for (let count = 0; count < 1500; count++) {
      const text = Array.from({ length: 1 + Math.floor(next() * 12) }, () => parts[Math.floor(next() * parts.length)]).join('')
      assert.ok(!differs(text, render), JSON.stringify(text))
    }
  })
}

/**
 * What answers are made of, with and without the blank lines between. Not among them, because micromark does not read them as
 * CommonMark's own parser does: `2.` right below indented code, and a tag alone below an item or a quote.
 */
const PARTS = [
  'Words of a paragraph.\n', 'A [link][one] and [another](/url).\n', '\n', '\n\n', '# Head\n', 'Underlined\n===\n', 'Also\n---\n', '- item\n', '- item\n\n  more of it\n', '* star\n', '+ plus\n',
  '1. first\n', '1. second\n\n', '   - nested\n', '    indented\n', '> quote\n', '> > deeper\n', 'lazy\n', '```js\nlet a = 1\n\nlet b\n```\n', '~~~\ntext\n~~~\n', '---\n', '***\n', '| a | b |\n|---|---|\n| 1 | 2 |\n',
  '<div>\n\ninside\n\n</div>\n', '<details>\n<summary>s</summary>\n\n- a\n\n</details>\n', '<!-- comment -->\n', '$$\nx = y\n\nz\n$$\n', '- [ ] task\n- [x] done\n', '**bold\nover lines**\n', 'a  \nbreak\n', '`code\nspan`\n',
]

/** A document of each kind that is split in Streamdown's tests. Footnotes are not among them: docs/markdown.md, Limits. */
const KINDS = {
  'code with blank lines and another fence inside': 'Run it:\n\n````md\n```js\nlet a\n```\n\n# not a head\n````\n\nDone.\n',
  'code in a list': '1. First:\n\n   ```sh\n   npm i\n\n   npm start\n   ```\n\n2. Second\n\nEnd.\n',
  'math with blank lines': 'The sum\n\n$$\na = b\n\nc = d\n$$\n\nis $5.\n',
  'nested elements': '<div>\n<p>\n\n**bold**\n\n</p>\n</div>\n\nafter\n',
  'details': '<details>\n<summary>More</summary>\n\n- one\n- two\n\n```js\na\n```\n\n</details>\n\nafter\n',
  'a void element and a comment': 'a<br>b\n\n<hr>\n\ntext\n\n<!-- one\n\ntwo -->\n\nafter\n',
  'a table among paragraphs': 'Before:\n\n| a | b \\| c |\n| :-- | --: |\n| `x` | **y** |\n| 1 | 2 |\n\nAfter.\n',
  'a list that becomes loose': '- one\n- two\n  - three\n\n- four\n\n  more of four\n\nAfter.\n',
  'tasks': '- [ ] open\n- [x] done\n\n* [ ] other list\n',
  'quotes with lists and code': '> # Head\n> - a\n> - b\n>\n> ```\n> code\n> ```\nlazy\n\nAfter.\n',
  'heads of both kinds': '# One\nText\n\nTwo\n---\n\nThree\n===\n### Four ###\n',
  'references before and behind their definitions': 'See [a] and ![b].\n\n[a]: /a "A"\n\nText [B][b], [a][].\n\n[b]: </b> \'B\'\n[a]: /second\n\n[a]\n'.replace('[a]: /second\n', ''),
  'Chinese, Arabic and emoji': '你好，**世界**。\n\n- مرحبا\n- 👩‍👩‍👧‍👦 *family*\n\n> 引用\n',
  'rules of all kinds': 'a\n\n---\nb\n\n* * *\n___\nc\n',
  'breaks and escapes': 'a  \nb\\\nc \\*d\\* &copy; &#42;\n\n\\# no head\n',
}
