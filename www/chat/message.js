/** One message of an agent or team: reasoning, tool calls, text, images. */
import { el, keyedList, show } from '../ui/dom.js'
import { createMarkdown } from '../ui/markdown.js'
import { createReasoning } from './reasoning.js'
import { createToolCalls } from './tool-calls.js'

export function createMessage() {
  const reasoning = createReasoning()
  const tools = createToolCalls()
  const text = createMarkdown('text')
  const images = el('div', { class: 'images' })
  const drawImages = keyedList(images, createImage, (image, index) => image.id ?? index)
  const node = el('div', { class: 'message' }, reasoning.node, tools.node, text.node, images)
  return {
    node,
    text: text.node,
    update(message) {
      reasoning.update(message)
      tools.update(ownTools(message))
      // A structured answer is indented JSON; a code block preserves its indentation.
      text.update(message.structured === undefined ? message.blocks : [{ text: '```json\n' + message.content + '\n```' }])
      drawImages(message.images ?? [])
      show(tools.node, tools.node.hasChildNodes())
      show(text.node, message.content !== '')
      show(images, images.hasChildNodes())
    },
  }
}

/** Without delegations: those are drawn by member-messages.js and would appear twice. */
function ownTools(message) {
  return (message.tool_calls ?? []).filter((tool) => !/^delegate_task_to_(all_)?members?$/.test(tool.tool_name))
}

/** True if there is anything to draw; until then the answer is hidden. */
export function hasBody(message) {
  return Boolean(
    message.content || ownTools(message).length > 0 || message.images?.length ||
    message.reasoning_content || message.extra_data?.reasoning_steps?.length,
  )
}

function createImage() {
  const node = el('img', { loading: 'lazy' })
  return {
    node,
    update(image) {
      node.alt = image.revised_prompt ?? 'Generated image'
      node.src = image.url
    },
  }
}
