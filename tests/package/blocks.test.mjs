// message.blocks and message.linkDefinitions as a page reads them: what always holds while text arrives, for stored and loaded
// messages, after a final text that differs, and what a token costs.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { random } from '../random.mjs'
import { frame, packed, recording, root, streamNames, until } from './support.mjs'

const lib = packed()
let handler
beforeEach(() => { handler = lib.createStreamHandler({ notify: 'sync' }) })
afterEach(() => handler.dispose())

// The same code as in the package, which needs no core.
const { closedText, withDefinitions } = await import('../../pkg/dist/markdown.js')
// All frameworks but React find the blocks of a text as this one does, which needs no framework.
const { MessageBlocksController } = await import('../../pkg/dist/lit.js')

const KINDS = ['paragraph', 'heading', 'code', 'list', 'quote', 'table', 'html', 'rule', 'math', 'definition']
const ids = { run_id: 'run-1', session_id: 'session-1', agent_id: 'a', agent_name: 'Agent' }
const delta = (content) => frame('RunContent', { ...ids, content, content_type: 'str' })
const completed = (content) => frame('RunCompleted', { ...ids, content, content_type: 'str' })
const answer = () => handler.getSnapshot().turns.at(-1).answer
const examples = ['commonmark', 'gfm'].flatMap((name) => JSON.parse(readFileSync(join(root, `tests/fixtures/markdown/${name}.json`), 'utf8')))

/** Starts an answer. */
function begin() {
  handler.begin('hello')
  handler.feed(frame('RunStarted', ids))
}

/** What holds of a message whose blocks were `before` when it was last looked at. Returns its blocks. */
function check(message, before, isOver = false) {
  const { blocks, content } = message
  assert.equal(blocks.map(({ text }) => text).join(''), content)
  assert.ok(blocks.every(({ kind }) => KINDS.includes(kind)))
  assert.equal(new Set(blocks.map(({ id }) => id)).size, blocks.length)
  assert.deepEqual(blocks.slice(0, -1).filter(({ open }) => open), [], 'only the last one is open')
  assert.equal(blocks.at(-1)?.open ?? false, !isOver && blocks.length > 0)
  before.forEach((block, at) => {
    if (!block.open) assert.equal(blocks[at], block)
    assert.equal(blocks[at].id, block.id)
  })
  assert.equal(message.blocks, blocks)
  return blocks
}

test('a message has the Markdown blocks of its content', () => {
  begin()
  handler.feed(delta('# Title\n\nSome *text*\nof two lines.\n\n- one\n- two\n\n```js\nlet a\n\n```\n\n> quote\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\n$$\nx\n$$\n\n<div>\nhi\n</div>\n\n[a]: /url\n\nend'))
  const { blocks, linkDefinitions } = answer()
  assert.deepEqual(blocks.map(({ kind, text, lang, open }) => [kind, text, lang, open]), [
    ['heading', '# Title\n\n', undefined, false],
    ['paragraph', 'Some *text*\nof two lines.\n\n', undefined, false],
    ['list', '- one\n- two\n\n', undefined, false],
    ['code', '```js\nlet a\n\n```\n\n', 'js', false],
    ['quote', '> quote\n\n', undefined, false],
    ['table', '| a | b |\n|---|---|\n| 1 | 2 |\n\n', undefined, false],
    ['rule', '---\n\n', undefined, false],
    ['math', '$$\nx\n$$\n\n', undefined, false],
    ['html', '<div>\nhi\n</div>\n\n', undefined, false],
    ['definition', '[a]: /url\n\n', undefined, false],
    ['paragraph', 'end', undefined, true],
  ])
  assert.equal(linkDefinitions.trim(), '[a]: /url')
  assert.ok(!('lang' in blocks[0]))
  assert.throws(() => { blocks[0].text = 'other' }, TypeError)
})

test('every token of the specifications’ examples: what is settled keeps its identity', () => {
  for (const { markdown } of examples) {
    handler.clear()
    begin()
    let blocks = []
    for (const token of markdown.match(/[^]{1,3}/gu) ?? []) {
      handler.feed(delta(token))
      blocks = check(answer(), blocks)
    }
    handler.feed(completed(markdown))
    handler.end()
    check(answer(), blocks, true)
  }
})

test('every recording, in random pieces: the same blocks, whoever reads them and when', () => {
  const next = random(20)
  for (const name of streamNames()) {
    const { bytes } = recording(name)
    handler.dispose()
    handler = lib.createStreamHandler({ notify: 'sync' })
    const other = lib.createStreamHandler({ notify: 'sync' })
    const known = new Map()
    for (const each of [handler, other]) each.begin('hello')
    for (let at = 0; at < bytes.length;) {
      const size = 1 + Math.floor(next() * 4000)
      handler.feed(bytes.subarray(at, at + size))
      at += size
      for (const message of handler.getSnapshot().messages) {
        const { id, content, blocks } = message
        assert.equal(blocks.map(({ text }) => text).join(''), content)
        const before = known.get(id)
        if (before && content.startsWith(before.content)) before.blocks.forEach((block, i) => block.open || assert.equal(blocks[i], block))
        known.set(id, { content, blocks })
      }
    }
    other.feed(bytes)
    for (const each of [handler, other]) each.end()
    const blocksOf = (each) => each.getSnapshot().messages.map(({ blocks, linkDefinitions }) => ({ blocks, linkDefinitions }))
    assert.deepEqual(blocksOf(handler), blocksOf(other), name)
    assert.ok(handler.getSnapshot().messages.every(({ blocks, status }) => status === 'paused' || blocks.every(({ open }) => !open)), name)
    other.dispose()
  }
})

test('a final text that differs: what did not change keeps its identity', () => {
  begin()
  const text = 'one\n\ntwo\n\nthree\n\nfour\n\nfive\n\n'
  handler.feed(delta(text))
  const before = answer().blocks
  handler.feed(completed('one\n\ntwo\n\nthree, changed\n\nfour\n\nfive\n\n'))
  handler.end()
  const after = answer().blocks
  assert.deepEqual(after.map((block, at) => block === before[at]), [true, true, false, true, false])
  assert.deepEqual(after.map(({ id }) => id), before.map(({ id }) => id))
  assert.equal(after.at(-1).text, before.at(-1).text)
})

test('a final text with a block more: its id is new, and those behind it keep theirs', () => {
  begin()
  handler.feed(delta('one\n\ntwo\n\nthree'))
  handler.feed(delta('\n\nfour'))
  const before = answer().blocks
  handler.feed(completed('one\n\nand\n\ntwo\n\nthree\n\nfour'))
  handler.end()
  const after = answer().blocks
  assert.equal(after[0], before[0])
  assert.equal(after[2], before[1])
  assert.equal(after[3], before[2])
  assert.equal(new Set(after.map(({ id }) => id)).size, 5)
  assert.equal(after.at(-1).id, before.at(-1).id)
})

test('an older snapshot has the blocks of its own text, and reading it disturbs nothing', () => {
  begin()
  const snapshots = []
  for (const token of ['one', '\n\n', 'two', '\n\n', 'three']) {
    handler.feed(delta(token))
    snapshots.push(answer())
  }
  const now = answer().blocks
  for (const old of snapshots) check(old, [])
  assert.equal(answer().blocks, now)
  handler.feed(delta(' and more'))
  const { blocks } = answer()
  assert.deepEqual(blocks.slice(0, -1).map((block, at) => block === now[at]), [true, true])
  assert.equal(snapshots[4].blocks, now)
})

test('the user’s message, a loaded conversation and an empty one have blocks', () => {
  assert.deepEqual(lib.emptySnapshot.messages, [])
  handler.begin('What is *this*?\n\n- a\n- b')
  const [user] = handler.getSnapshot().messages
  assert.deepEqual(user.blocks.map(({ kind, open }) => [kind, open]), [['paragraph', false], ['list', false]])
  assert.deepEqual(answer().blocks, [])
  handler.load({ sessionId: 's', messages: [{ role: 'user', content: 'hi' }, { role: 'agent', content: '# A\n\ntext [a]\n\n[a]: /url' }] })
  const loaded = handler.getSnapshot().messages
  assert.deepEqual(loaded.map((message) => message.blocks.map(({ kind }) => kind)), [['paragraph'], ['heading', 'paragraph', 'definition']])
  assert.ok(loaded.every(({ blocks }) => blocks.every(({ open }) => !open)))
  assert.equal(loaded[1].linkDefinitions.trim(), '[a]: /url')
  // Loaded from a copy, and read after dispose().
  handler.load({ sessionId: 's', messages: JSON.parse(JSON.stringify(loaded)) })
  const again = handler.getSnapshot().messages
  handler.dispose()
  assert.deepEqual(again[1].blocks.map(({ text }) => text), loaded[1].blocks.map(({ text }) => text))
})

test('spread, JSON and deep comparison do not compute the blocks', () => {
  begin()
  handler.feed(delta('text'))
  const message = answer()
  assert.ok(!Object.keys(message).includes('blocks') && !JSON.stringify(message).includes('blocks'))
  assert.ok(!('blocks' in { ...message }))
})

test('behind 5,000 paragraphs a token makes at most three new objects', () => {
  begin()
  handler.feed(delta('A paragraph of text.\n\n'.repeat(5000)))
  let before = answer().blocks
  assert.equal(before.length, 5000)
  for (const token of ['And', ' more', '\n', '\n', '#', ' Head', '\n', '- ', 'item', '\n\n', '2', '.']) {
    handler.feed(delta(token))
    const { blocks } = answer()
    const known = new Set(before)
    assert.ok(blocks.filter((block) => !known.has(block)).length + Number(blocks !== before) <= 3, token)
    before = blocks
  }
})

test('an attempt that starts over starts its blocks over, too', () => {
  begin()
  handler.feed(delta('one\n\ntwo'))
  assert.equal(answer().blocks.length, 2)
  handler.feed(frame('retry', { attempt: 1, max_retries: 3, delay: 0 }))
  handler.feed(frame('RunStarted', { ...ids, run_id: 'run-2' }))
  handler.feed(frame('RunContent', { ...ids, run_id: 'run-2', content: 'three' }))
  check(answer(), [])
  assert.equal(answer().content, 'three')
})

test('text that comes after the end of a run is in the blocks, too', () => {
  begin()
  handler.feed(delta('one\n\ntwo'))
  answer().blocks
  handler.feed(frame('RunCancelled', { ...ids, reason: 'stopped' }))
  const before = answer().blocks
  assert.ok(before.every(({ open }) => !open))
  handler.feed(completed('one\n\ntwo three'))
  handler.end()
  const { content, blocks } = answer()
  assert.equal(blocks.map(({ text }) => text).join(''), content)
  assert.equal(blocks[0], before[0])
  // A run that was cut off, and goes on.
  handler.clear()
  begin()
  handler.feed(delta('one\n\ntwo'))
  answer().blocks
  handler.end()
  const cut = answer()
  assert.ok(cut.blocks.every(({ open }) => !open))
  const growing = lib.createBlocks()
  const first = growing.update('one\n\ntwo')
  const second = growing.update('one\n\ntwo three', { open: true })
  assert.equal(second[0], first[0])
  assert.deepEqual(second.map(({ id, open }) => [id, open]), [['b0', false], ['b1', true]])
})

test('a definition that comes late changes linkDefinitions alone', () => {
  begin()
  handler.feed(delta('See [docs] and [^1].\n\nMore.\n\n'))
  const before = answer()
  assert.equal(before.linkDefinitions, '')
  handler.feed(delta('[docs]: https://example.com "Docs"\n[^1]: A note\n    of two lines.\n\nend'))
  const { blocks, linkDefinitions } = answer()
  assert.equal(blocks[0], before.blocks[0])
  assert.match(linkDefinitions, /^\n\n\[docs\]: https:\/\/example\.com "Docs"\n\[\^1\]: A note\n {4}of two lines\.\n/)
  assert.equal(withDefinitions(blocks[0], linkDefinitions), 'See [docs] and [^1].\n\n\n\n[docs]: https://example.com "Docs"\n[^1]: A note\n    of two lines.')
  assert.equal(withDefinitions(blocks[1], linkDefinitions), blocks[1].text)
})

test('createBlocks: the blocks of a text that is no message', () => {
  const growing = lib.createBlocks({ prefix: 'x-' })
  const first = growing.update('# A\n\ntext', { open: true })
  assert.deepEqual(first.map(({ id, kind, open }) => [id, kind, open]), [['x-b0', 'heading', false], ['x-b1', 'paragraph', true]])
  const second = growing.update('# A\n\ntext and more', { open: true })
  assert.equal(second[0], first[0])
  assert.equal(growing.update('# A\n\ntext and more', { open: true }), second)
  assert.deepEqual(growing.update('# A\n\ntext and more').map(({ open }) => open), [false, false])
  assert.deepEqual(growing.update('other\n\ntext').map(({ text }) => text), ['other\n\n', 'text'])
  assert.deepEqual(growing.update(''), [])
})

test('createBlocks names what it is given instead of its options', () => {
  for (const [given, what] of [[null, 'null'], [5, 'number 5'], ['# A text', '"# A text"'], [() => {}, 'a function']]) {
    assert.throws(() => lib.createBlocks(given), { name: 'TypeError', message: `createBlocks() takes { prefix }, not ${what}` })
  }
  for (const options of [undefined, {}, { prefix: undefined }, { prefix: null }]) {
    const growing = lib.createBlocks(options)
    // A page may not have the text yet.
    for (const none of [undefined, null, '']) assert.deepEqual(growing.update(none, null), [])
    assert.deepEqual(growing.update('A').map(({ id }) => id), ['b0'])
  }
})

test('bad input costs what its length does', () => {
  const documents = {
    'a fence that is never closed': '```\n' + 'code\n'.repeat(40_000), 'no line end': 'word '.repeat(200_000), 'items': '- item\n'.repeat(100_000),
    'quotes': '>'.repeat(1000) + ' deep\nlazy\n'.repeat(1000), 'definitions': Array.from({ length: 5000 }, (_, at) => `[l${at}]: /${at}\n`).join(''),
    'NUL': 'a\0b\n'.repeat(50_000), 'returns': 'line\r'.repeat(50_000), 'half a pair': '\ud83d'.repeat(1000),
  }
  for (const [name, text] of Object.entries(documents)) {
    const growing = lib.createBlocks()
    assert.equal(growing.update(text).map((block) => block.text).join(''), text, name)
  }
})

test('a message whose blocks nobody reads has no splitter; one whose blocks are read has one, which is gone at the end', () => {
  // wasm-bindgen registers each object of the module that JavaScript holds.
  const registered = []
  const { register, unregister } = FinalizationRegistry.prototype
  FinalizationRegistry.prototype.register = function (object, ...rest) { registered.push(object); return register.call(this, object, ...rest) }
  FinalizationRegistry.prototype.unregister = function (object) { registered.splice(registered.indexOf(object), 1); return unregister.call(this, object) }
  try {
    begin()
    for (let count = 0; count < 50; count++) {
      handler.feed(delta('# Head\n\ntext\n\n'))
      JSON.stringify({ ...answer() })
    }
    const before = registered.length
    assert.equal(answer().blocks.length, 100)
    assert.equal(registered.length, before + 1)
    handler.feed(delta('more'))
    assert.equal(answer().blocks.length, 101)
    assert.equal(registered.length, before + 1)
    handler.feed(completed('# Head\n\ntext\n\n'.repeat(50) + 'more'))
    handler.end()
    assert.equal(answer().blocks.length, 101)
    assert.equal(registered.length, before)
  } finally {
    Object.assign(FinalizationRegistry.prototype, { register, unregister })
  }
})

test('closedText, and what a component renders, of a megabyte of anything', () => {
  // None of these ends within minutes if it is looked through once for each of its characters.
  const n = 150_000
  const documents = {
    'no line end': ['word '.repeat(n)], 'half a row': [`| ${'a'.repeat(4 * n)}`], 'brackets and marks': ['['.repeat(n) + 'a_ '.repeat(n)], 'marks': ['a*b_c '.repeat(n)], 'code': ['`a``b '.repeat(n)],
    'links': ['[a](b '.repeat(n)], 'links in links': ['[a '.repeat(n) + '](b'.repeat(n)], 'empty lines': [`a${' '.repeat(n)}${'\n'.repeat(n)}b`], 'underline': [`a\n${'='.repeat(n)}`],
    'items': ['- **item\n'.repeat(n), 'list'], 'quotes': [`${'>'.repeat(n)} x`, 'quote'], 'a fence': [`\`\`\`\n${'`\n'.repeat(n)}`, 'code'], 'math': [`$$${'$ '.repeat(n)}`, 'math'], 'tags': ['<d '.repeat(n), 'html'],
    'cells': [`| a |\n|-|\n|${' |'.repeat(n)}`, 'table'],
  }
  for (const [name, [text, kind = 'paragraph']] of Object.entries(documents)) {
    const [drawn] = controller({ closed: true }).blocks.render({ content: text, blocks: [{ id: 'b0', text, kind, open: true }] })
    assert.ok(drawn.text.length > 0 || kind === 'html', name)
  }
})

test('thousands of definitions that come one by one are read once each', () => {
  const { split } = String.prototype
  let characters = 0
  String.prototype.split = function (...args) { characters += this.length; return split.apply(this, args) }
  try {
    const growing = lib.createBlocks()
    let text = 'See [l0], [l1999] and [none].\n\n'
    for (let at = 0; at < 2000; at++) {
      text += `[l${at}]: /${at}\n`
      growing.update(text, { open: true })
      withDefinitions(growing.blocks[0], growing.linkDefinitions)
    }
    growing.update(text)
    assert.ok(withDefinitions(growing.blocks[0], growing.linkDefinitions).endsWith('\n\n[l0]: /0\n[l1999]: /1999'))
  } finally {
    String.prototype.split = split
  }
  assert.ok(characters < 100_000, `${characters}`)
})

test('closedText closes what is half written in the open block, and nothing else', () => {
  const closed = (text, kind = 'paragraph') => closedText({ text, kind, open: true })
  for (const [given, wanted] of [
    ['plain', 'plain'], ['**bold', '**bold**'], ['a **bold and *both', 'a **bold and *both***'], ['**bold*', '**bold**'], ['**bold** ', '**bold** '], ['a **', 'a '],
    ['a *', 'a '], ['_it', '_it_'], ['snake_case', 'snake_case'], ['a_', 'a'], ['~~gone', '~~gone~~'], ['~~gone~', '~~gone~~'], ['2 * 3 = 6', '2 * 3 = 6'],
    ['`code', '`code`'], ['``a ` b', '``a ` b``'], ['a `', 'a '], ['`**`', '`**`'], ['[text', 'text'], ['[text](http', 'text'], ['[te**xt](http', 'te**xt**'],
    ['[text](url)', '[text](url)'], ['![alt](http', ''], ['see ![al', 'see '], ['**a [b](c', '**a b**'], ['a <b', 'a '], ['a < b', 'a < b'], ['\\*', '\\*'], ['**bold \n', '**bold** \n'],
    ['done **bold**\n\nnext **b', 'done **bold**\n\nnext **b**'], ['text\n--', 'text\n'], ['$$x', '$$x$$'],
    ['| a | b |', '| a | b |\n| --- | --- |'], ['| a | b |\n|-', '| a | b |\n| --- | --- |'],
  ]) assert.equal(closed(given), wanted, given)
  for (const [given, kind, wanted] of [
    ['- **one**\n- **tw', 'list', '- **one**\n- **tw**'], ['> *q', 'quote', '> *q*'], ['# **h', 'heading', '# **h**'], ['* item', 'list', '* item'],
    ['```js\nlet', 'code', '```js\nlet\n```'], ['```js\nlet\n``', 'code', '```js\nlet\n```'], ['~~~\nx\n~~~', 'code', '~~~\nx\n~~~'], ['    indented', 'code', '    indented'],
    ['| a |\n|---|\n| **b', 'table', '| a |\n|---|\n| **b** |'], ['$$\nx', 'math', '$$\nx\n$$'], ['$$\nx\n$', 'math', '$$\nx\n$$'], ['<div cl', 'html', ''],
  ]) assert.equal(closed(given, kind), wanted, given)
  assert.equal(closedText({ text: '**a', kind: 'paragraph', open: false }), '**a')
})

test('closedText of every beginning of every example is a text', () => {
  for (const { markdown } of examples) for (let length = 1; length <= markdown.length; length++) {
    const [block] = lib.createBlocks().update(markdown.slice(0, length), { open: true }).slice(-1)
    assert.equal(typeof closedText(block), 'string')
  }
})

/** A controller whose element is mounted, how often it asked for an update, and the blocks that were rendered. */
function controller(options) {
  const seen = { updates: 0, rendered: [] }
  const blocks = new MessageBlocksController({ addController() {}, requestUpdate: () => seen.updates++ }, (block) => (seen.rendered.push(block), block), options)
  return { blocks, seen }
}

test('a component renders each block of a message once, and again when it changes', () => {
  const { blocks, seen } = controller()
  begin()
  for (const token of ['# A\n\n', 'See [x].\n\n', 'tail', ' and **more']) {
    handler.feed(delta(token))
    blocks.render(answer())
  }
  assert.deepEqual(seen.rendered.map(({ text, open }) => [text, open]), [['# A', true], ['# A', false], ['See [x].', true], ['See [x].', false], ['tail', true], ['tail and **more', true]])
  seen.rendered.length = 0
  handler.feed(delta('\n\n[x]: /x\n\nend'))
  assert.deepEqual(blocks.render(answer()).map(({ text }) => text), ['# A', 'See [x].\n\n[x]: /x', 'tail and **more', '[x]: /x', 'end'])
  // Not the heading, which refers to nothing.
  assert.equal(seen.rendered.length, 4)
  assert.equal(controller({ closed: true }).blocks.render({ content: '', blocks: [{ id: 'b0', text: '**a', kind: 'paragraph', open: true }] })[0].text, '**a**')
  assert.deepEqual([blocks.render(undefined), blocks.render(null), blocks.render('')], [[], [], []])
})

test('a component finds the blocks of a text or of a copy of a message itself, when it is mounted and the core is there', async () => {
  const { blocks, seen } = controller()
  assert.deepEqual(blocks.render('a\n\nb').map(({ text }) => text), ['a\n\nb'], 'as a whole on a server')
  blocks.hostConnected()
  blocks.render('a\n\nb')
  await until(() => blocks.render('a\n\nb').length === 2)
  assert.ok(seen.updates > 1, 'the element was asked to update when the core was there')
  const first = blocks.render('a\n\nb')
  assert.deepEqual(first.map(({ open }) => open), [false, false])
  const grown = blocks.render('a\n\nb and c')
  assert.equal(grown[0], first[0])
  assert.deepEqual([grown[1].id, grown[1].open], [first[1].id, true])
  const { updates } = seen
  await until(() => seen.updates > updates)
  assert.equal(blocks.render('a\n\nb and c')[1].open, false, 'a text that stays the same has ended')
  blocks.hostDisconnected()

  const copy = controller()
  copy.blocks.hostConnected()
  begin()
  handler.feed(delta('one\n\ntwo'))
  assert.deepEqual(copy.blocks.render({ ...answer() }).map(({ open }) => open), [false, true])
  handler.feed(completed('one\n\ntwo'))
  handler.end()
  assert.deepEqual(copy.blocks.render({ ...answer() }).map(({ open }) => open), [false, false])
  copy.blocks.hostDisconnected()
})
