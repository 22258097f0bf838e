import { render } from 'svelte/server'
import Chat from './Chat.svelte'

console.log(render(Chat, { props: { options: { notify: 'sync', ...JSON.parse(process.argv[2]) }, name: 'chat' } }).body)
