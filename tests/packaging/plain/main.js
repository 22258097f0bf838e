// A page without a framework: the controller of 'ai-stream-handler/lit' needs only what an element of Lit has.
import { AIStreamController } from 'ai-stream-handler/lit'
import { recorded } from './feed.js'

const answer = document.getElementById('answer')
const host = {
  addController: (controller) => queueMicrotask(() => controller.hostConnected()),
  requestUpdate: () => { answer.textContent = stream.snapshot.messages.at(-1)?.content ?? '' },
}
const stream = new AIStreamController(host, { agent: 'assistant', fetch: recorded })
document.getElementById('send').onclick = () => stream.handler.send('hello')
