import { hydrate, render } from 'solid-js/web'
import { Chat } from './solid-chat.jsx'
import { start } from './page.js'

const show = (create) => (element, options, name) => create(() => <Chat options={options} name={name} />, element)
start(show(render), show(hydrate))
