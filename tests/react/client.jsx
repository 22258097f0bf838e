import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { Chat } from './chat.jsx'

hydrateRoot(document.getElementById('root'), <StrictMode><Chat /></StrictMode>, {
  onRecoverableError: (error) => console.error('recovered', error),
})
globalThis.hydrated = true
