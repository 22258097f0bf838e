import '@angular/compiler'
import { Component, computed, provideZonelessChangeDetection } from '@angular/core'
import { createApplication } from '@angular/platform-browser'
import { injectAIStreamHandler } from 'ai-stream-handler/angular'
import { register, seen, shown, start } from './page.js'

let given


class Chat {
  shown = shown
  seen = seen
  stream = injectAIStreamHandler(given.options)
  messages = new Map()
  constructor() { register(given.name, this.stream) }
  /** One view a message: its template runs again only for its own signal. */
  message(id) {
    if (!this.messages.has(id)) this.messages.set(id, computed(() => seen(id, this.stream.message(id)())))
    return this.messages.get(id)()
  }
}
const ChatComponent = Component({
  selector: 'app-chat', standalone: true,
  template: `<section><p class="status">{{ stream.status() }}</p><p class="activity">{{ shown(stream.retry()?.message ?? stream.activityStatus()) }}</p>
    <p class="error">{{ shown(stream.error()?.message) }}</p><p class="pause">{{ shown(stream.pause()?.message) }}</p>
    <ul>@for (id of stream.messageIds(); track id) {<li>{{ message(id) }}</li>}</ul></section>`,
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
