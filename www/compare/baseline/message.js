/**
 * The usual way to keep the answer: the last token is taken out of the next one, in case it was repeated; whoever's text it is goes
 * to the end of the last message; the final event replaces it.
 */
import { objectsIn } from './objects.js'

export function createUsual() {
  let decoder
  let buffer
  let content
  let last

  function take({ event, content: said }) {
    if (typeof said !== 'string') return
    if (event === 'RunContent' || event === 'TeamRunContent') {
      content += said.replace(last, '')
      last = said
    } else if (event === 'RunCompleted' || event === 'TeamRunCompleted') {
      content = said
    }
  }

  return {
    begin() {
      decoder = new TextDecoder()
      buffer = content = last = ''
    },
    feed(bytes) {
      // Each chunk by itself: a letter that was cut in two becomes two that are none.
      buffer = objectsIn(buffer + decoder.decode(bytes), take)
    },
    end() {},
    text: () => content,
  }
}
