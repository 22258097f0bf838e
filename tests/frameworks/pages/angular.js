import '@angular/compiler'
import { ChangeDetectionStrategy, Component, computed, Input, input, provideZonelessChangeDetection } from '@angular/core'
import { createApplication } from '@angular/platform-browser'
import { injectAIStreamHandler, injectMessageBlocks } from 'ai-stream-handler/angular'
import { BLOCKS, draw, register, seen, shown, start } from './page.js'

let given
const changeDetection = ChangeDetectionStrategy.OnPush

/** What Angular's compiler notes of signal inputs for JIT, which does not see them. */
const inputs = (...names) => Object.fromEntries(names.map((name) => [name, [{ type: Input, args: [{ isSignal: true, alias: name, required: false }] }]]))

class Block {
  static propDecorators = inputs('text', 'kind', 'open')
  text = input()
  kind = input()
  open = input()
  draw = draw
}
const BlockComponent = Component({
  selector: 'app-block', standalone: true, changeDetection,
  template: `<p class="block" [attr.data-kind]="kind()" [attr.data-open]="open()">{{ draw(text()) }}</p>`,
})(Block) ?? Block

class MessageInBlocks {
  static propDecorators = inputs('message')
  message = input()
  blocks = injectMessageBlocks(this.message)
}
const MessageComponent = Component({
  selector: 'app-message', standalone: true, changeDetection, imports: [BlockComponent],
  template: `@for (block of blocks(); track block.id) {<app-block [text]="block.text" [kind]="block.kind" [open]="block.open" />}`,
})(MessageInBlocks) ?? MessageInBlocks

class Chat {
  shown = shown
  seen = seen
  stream = injectAIStreamHandler(given.options)
  messages = new Map()
  inBlocks = given.name === BLOCKS
  constructor() { register(given.name, this.stream) }
  /** One view a message: its template runs again only for its own signal. */
  message(id) {
    if (!this.messages.has(id)) this.messages.set(id, computed(() => seen(id, this.stream.message(id)())))
    return this.messages.get(id)()
  }
}
const ChatComponent = Component({
  selector: 'app-chat', standalone: true, imports: [MessageComponent],
  template: `<section><p class="status">{{ stream.status() }}</p><p class="activity">{{ shown(stream.retry()?.message ?? stream.activityStatus()) }}</p>
    <p class="error">{{ shown(stream.error()?.message) }}</p><p class="pause">{{ shown(stream.pause()?.message) }}</p>
    <ul>@for (id of stream.messageIds(); track id) {<li>@if (inBlocks) {<app-message [message]="stream.message(id)()" />} @else {{{ message(id) }}}</li>}</ul></section>`,
})(Chat)

start(async (target, options, name) => {
  const app = await createApplication({ providers: [provideZonelessChangeDetection()] })
  given = { options, name }
  const host = target.appendChild(document.createElement('div'))
  const component = app.bootstrap(ChatComponent ?? Chat, host)
  return () => {
    component.destroy()
    app.destroy()
    target.replaceChildren()
  }
})
