import { generateHydrationScript, renderToString } from 'solid-js/web'
import { Chat } from './solid-chat.jsx'

console.log(generateHydrationScript() + renderToString(() => <Chat options={{ notify: 'sync', ...JSON.parse(process.argv[2]) }} name="chat" />))
