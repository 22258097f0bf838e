import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { Chat } from './react.jsx'

console.log(renderToString(<StrictMode><Chat options={{ notify: 'sync', ...JSON.parse(process.argv[2]) }} name="chat" /></StrictMode>))
