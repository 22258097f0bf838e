/** What one agent or team said: reasoning, tool calls, text, images. */
import { el, keyedList, show } from '../ui/dom.js'
import { createMarkdown } from '../ui/markdown.js'
import { createReasoning } from './reasoning.js'
import { createTools } from './tool-calls.js'

export function createMessage() {
  const reasoning = createReasoning()
  const tools = createTools()
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
      // A structured answer arrives as indented JSON; as a code block it keeps its shape.
      text.update(message.structured === undefined ? message.content : '```json\n' + message.content + '\n```')
      drawImages(message.images ?? [])
      show(tools.node, tools.node.hasChildNodes())
      show(text.node, message.content !== '')
      show(images, images.hasChildNodes())
    },
  }
}

/** A task given to a member has a place of its own in the conversation; as a tool call it would be there twice. */
function ownTools(message) {
  return (message.tool_calls ?? []).filter((tool) => !/^delegate_task_to_(all_)?members?$/.test(tool.tool_name))
}

/** True if there is anything to draw; an answer's place is kept empty until then. */
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
      node.alt = image.revised_prompt ?? 'Image made for this answer'
      node.src = image.url
    },
  }
}
