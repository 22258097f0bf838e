// The chat for the server and for hydration.
import { Component, computed } from '@angular/core'
import { injectAIStreamHandler } from 'ai-stream-handler/angular'
import { register, seen, shown } from './page.js'

export function chatComponent(options, name) {
  class Chat {
    shown = shown
    stream = injectAIStreamHandler(options)
    messages = new Map()
    constructor() { register(name, this.stream) }
    message(id) {
      if (!this.messages.has(id)) this.messages.set(id, computed(() => seen(id, this.stream.message(id)())))
      return this.messages.get(id)()
    }
  }
  return Component({
    selector: 'app-chat', standalone: true,
    template: `<section><p class="status">{{ stream.status() }}</p><p class="activity">{{ shown(stream.retry()?.message ?? stream.activityStatus()) }}</p>
      <p class="error">{{ shown(stream.error()?.message) }}</p><p class="pause">{{ shown(stream.pause()?.message) }}</p>
      <ul>@for (id of stream.messageIds(); track id) {<li>{{ message(id) }}</li>}</ul></section>`,
  })(Chat) ?? Chat
}
