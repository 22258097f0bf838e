import { createApp, createSSRApp, defineComponent, h } from 'vue'
import { useAIStreamHandler } from 'ai-stream-handler/vue'
import { register, seen, shown, start } from './page.js'

const Message = defineComponent({
  props: ['stream', 'id'],
  setup({ stream, id }) {
    const message = stream.message(id)
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
      h('ul', messageIds.value.map((id) => h(Message, { key: id, stream, id }))),
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
