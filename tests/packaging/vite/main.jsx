import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Chat } from './Chat.jsx'

createRoot(document.getElementById('root')).render(<StrictMode><Chat /></StrictMode>)

if (location.search !== '?send') elsewhere()

function elsewhere() {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }) => (document.getElementById('worker').textContent = data)
  void import('./hosted.js')
}
