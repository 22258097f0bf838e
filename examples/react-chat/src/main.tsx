import { createRoot } from 'react-dom/client'
import { Chat } from './Chat'

// ?endpoint=http://localhost:7777&agent=assistant
const { endpoint = 'http://localhost:7777', agent, team } = Object.fromEntries(new URL(location.href).searchParams)
createRoot(document.getElementById('root')!).render(team ? <Chat endpoint={endpoint} team={team} /> : <Chat endpoint={endpoint} agent={agent ?? 'assistant'} />)
