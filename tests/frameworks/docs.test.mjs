// docs/frameworks.md: every block compiles with its framework's own compiler, and the published types with the frameworks' real ones.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { transform } from 'esbuild'
import { blocksOf, root } from '../docs/support.mjs'
import { folder, installed } from './install.mjs'

before(installed)
const tool = (name) => createRequire(join(folder, 'package.json'))(name)
const blocks = (language) => {
  const found = blocksOf('docs/frameworks.md').filter((block) => block.language === language)
  assert.ok(found.length > 0)
  return found.map(({ text }) => text)
}

/** Compiles files as strict TypeScript where the frameworks are installed. */
function compile(name, files) {
  const scratch = join(folder, name)
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(scratch)
  files.forEach((text, at) => writeFileSync(join(scratch, `block${at}.ts`), `${text}\nexport {}\n`))
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions: { target: 'es2022', module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom', 'dom.iterable'], types: [], strict: true, experimentalDecorators: true, skipLibCheck: true, noEmit: true }, include: ['*.ts'] }))
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', scratch], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    assert.fail(error.stdout + error.stderr)
  }
}

test('Vue’s block compiles', () => {
  const { parse, compileScript, compileTemplate } = tool('vue/compiler-sfc')
  for (const text of blocks('vue')) {
    const { descriptor, errors } = parse(text)
    assert.deepEqual(errors, [])
    const { bindings } = compileScript(descriptor, { id: 'x' })
    assert.deepEqual(compileTemplate({ source: descriptor.template.content, filename: 'x.vue', id: 'x', compilerOptions: { bindingMetadata: bindings } }).errors, [])
  }
})

test('Svelte’s block compiles without a warning', () => {
  for (const text of blocks('svelte')) assert.deepEqual(tool('svelte/compiler').compile(text, { generate: 'client' }).warnings.map(({ code }) => code), [])
})

test('Solid’s block is JSX', async () => {
  for (const text of blocks('jsx')) await transform(text, { loader: 'jsx', jsx: 'preserve' })
})

test('the blocks in TypeScript compile against the frameworks', () => compile('docs', blocks('typescript')))

test('what the entries return has the types of the frameworks', () => compile('types', [`
import { computed, defineComponent, h as render, type ComputedRef, type ShallowRef } from 'vue'
import { MessageBlocks, useAIStreamHandler } from 'ai-stream-handler/vue'
import type { ChatMessage, Snapshot } from 'ai-stream-handler'
const h = useAIStreamHandler({ team: 't' })
const status: Readonly<ShallowRef<Snapshot['status']>> = h.status
const message: ComputedRef<ChatMessage | undefined> = h.message(h.messageIds.value[0] ?? '')
const twice = computed(() => status.value + (message.value?.content ?? ''))
void h.send(twice.value)
// @ts-expect-error its scope disposes of it
h.dispose()
const Md = defineComponent({ props: { text: String }, setup: (props) => () => render('p', props.text) })
void [render(MessageBlocks, { message: message.value, render: Md, closed: true }), render(MessageBlocks, { message: 'a text' }), defineComponent({ components: { MessageBlocks } })]
// @ts-expect-error no such message
void render(MessageBlocks, { message: 1 })
// @ts-expect-error one of them
useAIStreamHandler({ team: 't', agent: 'a' })
`, `
import type { Readable } from 'svelte/store'
import type { Component } from 'svelte'
import { createAIStreamHandler, messageBlocks, toStore } from 'ai-stream-handler/svelte'
import MessageBlocks from 'ai-stream-handler/svelte/MessageBlocks.svelte'
import type { ChatMessage } from 'ai-stream-handler'
const h = createAIStreamHandler({ team: 't' })
const status: Readable<string> = toStore(h.handler, (s) => s.status)
const message: ChatMessage | undefined = h.message(h.messageIds[0] ?? '')
// @ts-expect-error read-only
h.status = 'idle'
void [status, message, h.isStreaming]
const texts: string[] = messageBlocks(() => message, { closed: true }).current.map(({ text }) => text)
declare const Md: Component<{ text: string }>
const props: Parameters<typeof MessageBlocks>[1] = { message, render: Md }
// @ts-expect-error what is it of?
const none: Parameters<typeof MessageBlocks>[1] = { render: Md }
void [texts, props, none]
`, `
import { createMemo, type Accessor, type Component, type JSX } from 'solid-js'
import { createAIStreamHandler, MessageBlocks } from 'ai-stream-handler/solid'
import type { ChatMessage } from 'ai-stream-handler'
const h = createAIStreamHandler({ team: 't' })
const message: Accessor<ChatMessage | undefined> = h.message(h.messageIds[0] ?? '')
void createMemo(() => h.status + (message()?.content ?? ''))
declare const Md: Component<{ children: string }>
const drawn: JSX.Element = MessageBlocks({ message: message(), render: Md })
void drawn
`, `
import { computed, type Signal } from '@angular/core'
import { injectAIStreamHandler, injectMessageBlocks } from 'ai-stream-handler/angular'
import type { Block, ChatMessage } from 'ai-stream-handler'
const h = injectAIStreamHandler({ team: 't' })
const message: Signal<ChatMessage | undefined> = h.message(h.messageIds()[0] ?? '')
void computed(() => h.status() + (message()?.content ?? ''))
const blocks: Signal<readonly Block[]> = injectMessageBlocks(message, { closed: true })
void blocks
`, `
import { html, LitElement } from 'lit'
import { AIStreamController, MessageBlocksController, messageOf } from 'ai-stream-handler/lit'
class Chat extends LitElement {
  stream = new AIStreamController(this, { team: 't' }, (s) => [messageOf(s, 'm1'), s.status])
  blocks = new MessageBlocksController(this, ({ text, open }) => html\`<p ?data-open=\${open}>\${text}</p>\`)
  override render() { return this.blocks.render(messageOf(this.stream.snapshot, 'm1')) }
}
void new Chat().stream.handler.send('hello')
`]))
