import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { Chat } from './vue.js'

console.log(await renderToString(createSSRApp(Chat, { options: { notify: 'sync', ...JSON.parse(process.argv[2]) }, name: 'chat' })))
