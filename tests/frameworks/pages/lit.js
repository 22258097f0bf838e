import { html, LitElement } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { AIStreamController, MessageBlocksController, messageOf } from 'ai-stream-handler/lit'
import { BLOCKS, draw, register, seen, shown, start } from './page.js'

class ChatMessage extends LitElement {
  static properties = { handler: { attribute: false }, messageId: { attribute: false }, inBlocks: { attribute: false } }
  stream = new AIStreamController(this, () => this.handler, (s) => [messageOf(s, this.messageId)])
  blocks = new MessageBlocksController(this, ({ text, kind, open }) => html`<p class="block" data-kind=${kind} data-open=${open}>${draw(text)}</p>`)
  createRenderRoot() { return this }
  render() {
    if (this.inBlocks) return html`<li>${this.blocks.render(messageOf(this.stream.snapshot, this.messageId))}</li>`
    return html`<li>${seen(this.messageId, messageOf(this.stream.snapshot, this.messageId))}</li>`
  }
}
customElements.define('chat-message', ChatMessage)

class AppChat extends LitElement {
  static properties = { options: { attribute: false }, name: { attribute: false } }
  createRenderRoot() { return this }
  connectedCallback() {
    // Made with the options that the page has set.
    this.stream ??= new AIStreamController(this, this.options, ({ status, retry, activityStatus, error, pause, messages }) => [status, retry, activityStatus, error, pause, messages.length, messages.at(-1)?.id])
    register(this.name, this.stream.handler)
    super.connectedCallback()
  }
  render() {
    const { status, retry, activityStatus, error, pause, messages } = this.stream.snapshot
    return html`<section><p class="status">${status}</p><p class="activity">${shown(retry?.message ?? activityStatus)}</p><p class="error">${shown(error?.message)}</p><p class="pause">${shown(pause?.message)}</p>
      <ul>${repeat(messages, ({ id }) => id, ({ id }) => html`<chat-message .handler=${this.stream.handler} .messageId=${id} .inBlocks=${this.name === BLOCKS}></chat-message>`)}</ul></section>`
  }
}
customElements.define('app-chat', AppChat)

start((target, options, name) => {
  const chat = Object.assign(document.createElement('app-chat'), { options, name })
  target.append(chat)
  return () => chat.remove()
})
