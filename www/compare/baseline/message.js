/**
 * The baseline: how many chat hooks collect an answer. The previous token is removed from the next one, in case it was repeated; text
 * is appended to the last message, whichever run it belongs to; the final event replaces it.
 */
import { extractObjects } from './objects.js'

export function createBaseline() {
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
      // Each chunk is decoded on its own: a character split across two chunks becomes two replacement characters.
      buffer = extractObjects(buffer + decoder.decode(bytes), take)
    },
    end() {},
    text: () => content,
  }
}
