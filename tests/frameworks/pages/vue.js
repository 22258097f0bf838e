import { createApp, createSSRApp, defineComponent, h } from 'vue'
import { MessageBlocks, useAIStreamHandler } from 'ai-stream-handler/vue'
import { BLOCKS, CONTAINERS, draw, register, seen, shown, start } from './page.js'

const Block = defineComponent({
  props: ['text', 'kind', 'open'],
  setup: (props) => () => h('p', { class: 'block', 'data-kind': props.kind, 'data-open': props.open }, draw(props.text)),
})

const Message = defineComponent({
  props: ['stream', 'id', 'inBlocks', 'container'],
  setup({ stream, id, inBlocks, container }) {
    const message = stream.message(id)
    if (inBlocks) return () => h('li', [h(MessageBlocks, { message: message.value, render: Block, container })])
    return () => h('li', { 'data-role': message.value?.role }, seen(id, message.value))
  },
})

export const Chat = defineComponent({
  props: ['options', 'name'],
  setup({ options, name }) {
    const stream = useAIStreamHandler(options)
    register(name, stream)
    const { status, retry, activityStatus, error, pause, messageIds } = stream
    return () => h('section', [
      h('p', { class: 'status' }, status.value), h('p', { class: 'activity' }, shown(retry.value?.message ?? activityStatus.value)),
      h('p', { class: 'error' }, shown(error.value?.message)), h('p', { class: 'pause' }, shown(pause.value?.message)),
      h('ul', messageIds.value.map((id) => h(Message, { key: id, stream, id, inBlocks: name === BLOCKS || name === CONTAINERS, container: name === CONTAINERS ? 'section' : undefined }))),
    ])
  },
})

if (typeof document !== 'undefined') {
  const show = (create) => (element, options, name) => {
    const app = create(Chat, { options, name })
    app.config.warnHandler = (message) => console.error(message)
    app.mount(element)
    return () => app.unmount()
  }
  start(show(createApp), show(createSSRApp))
}
