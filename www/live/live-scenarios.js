/**
 * Scenarios that run live against a backend: examples/server.rs if it serves this page, else the one in the page.
 *
 * Directives for the scripted model (`[[…]]`, see examples/scripted/mod.rs) go in a form field of their own, so the user's message
 * stays as it is.
 */
import { createPageBackend } from './in-page-backend.js'

const RETRYING = '/api/teams/cirkelline/runs'

/** What the composer talks to while nothing else is connected. */
const CHAT = {
  name: 'chat', title: 'A chat of your own', options: { team: 'cirkelline' },
  description: 'A live chat with the scripted team behind this page. Write anything.',
  sends: [],
}

export const LIVE = [
  CHAT,
  {
    name: 'server-retries', title: 'The server retries', options: { url: RETRYING, team: 'cirkelline' },
    description: 'After a tool call, the model hits its rate limit twice. The backend waits, and says so in the stream.',
    sends: [{ says: 'What did I ask you before?', script: '[[limit times=2 after=tool delay=4]]' }],
  },
  {
    name: 'page-retries', title: 'The page retries', options: { team: 'cirkelline' },
    description: 'This backend does not retry. The run fails, so the handler waits and starts it again.',
    sends: [{ says: 'What did I ask you before?', script: '[[limit times=1 delay=6]]' }],
  },
  {
    name: 'refused', title: 'Refused before the stream', options: { team: 'cirkelline' },
    description: 'HTTP 429 with a Retry-After of eight seconds, which “Retry now” cuts short.',
    sends: [{ says: 'Good morning!', script: '[[http 429 times=1 after=8]]' }],
  },
  {
    name: 'exhausted', title: 'The limit never lifts', options: { url: RETRYING, team: 'cirkelline' },
    description: 'Three retries, then an error banner. The session is kept.',
    sends: [{ says: 'Summarize everything we talked about.', script: '[[limit times=forever delay=2]]' }],
  },
  {
    name: 'survives', title: 'Survives a lost connection', options: { team: 'cirkelline', background: true, resume: { baseDelay: 1 }, stall: { background: 5 } },
    description: 'A background run. Unplug it, stall it, cut it: the answer resumes where it stopped.',
    onServer: ' Even after a page refresh.',
    sends: [{ says: 'Tell me a slow story.', script: '[[slow n=45 ms=110]]' }],
  },
  {
    name: 'asks', title: 'The agent asks first', options: { team: 'cirkelline', background: true },
    description: 'The run pauses until you approve or reject the email.',
    sends: [{ says: 'Send Ann an email about lunch.', script: '[[confirm]]' }],
  },
  {
    name: 'fallback', title: 'A fallback answers', options: { team: 'cirkelline', retry: { maxRetries: 1, baseDelay: 3 }, fallbacks: [{ agent: 'understudy' }] },
    description: 'After the last retry, another agent answers. Behind the Scenes shows the switch.',
    sends: [{ says: 'Is anybody there?', script: '[[limit times=forever of=cirkelline]]' }],
  },
  {
    name: 'queue', title: 'Queued messages', options: { team: 'cirkelline' },
    description: 'Four messages at once. They queue, yours ahead of background ones, and each can be removed.',
    sends: [
      { says: 'Tell me a slow story.', script: '[[slow n=40 ms=150]]' },
      { says: 'Suggest a title for this chat.', priority: 'background' },
      { says: 'And then?' },
      { says: 'How does it end?' },
    ],
  },
  {
    name: 'quota', title: 'Under the limit', options: { team: 'cirkelline', quota: 1_000_000 },
    description: 'The first answer uses most of a minute’s tokens, so the second message is held back, with a countdown.',
    sends: [
      { says: 'Read all of this and tell me what you think.', script: '[[big tokens=900000]]' },
      { says: 'And what did you think of the end?', script: '[[big tokens=900000]]' },
    ],
  },
]

/** `{ where, name, text, options, docs? }`: the backend of this page, the handler options to reach it, and where the documentation is. */
export async function findBackend() {
  const { backend, docs } = await (await fetch('./backend.json')).json()
  // A visitor sees and continues sessions of their own only.
  const options = { endpoint: location.origin, fields: { user_id: visitor() } }
  if (backend === 'server') return { where: 'server', name: 'the server of this page', text: 'Answered by the server of this page, with a scripted model', options }
  return {
    docs,
    where: 'page',
    name: 'the backend inside this page',
    text: 'Answered inside this page, by a scripted model: nothing is sent anywhere',
    // This backend does not outlive the page, so a refresh has nothing to resume.
    options: { ...options, fetch: createPageBackend().fetch, persist: false },
  }
}

export function liveGroup({ where }) {
  return {
    title: 'Live: real retries',
    note: where === 'server' ? 'Runs on the server of this page.' : 'Runs on a backend inside this page.',
    scenarios: LIVE.map((scenario) => {
      const description = scenario.description + ((where === 'server' && scenario.onServer) || '')
      return { ...scenario, description, live: true }
    }),
  }
}

export const newKey = () => crypto.randomUUID()

const DIRECTIVE = /\s*\[\[[a-z][^[\]]*\]\]/g

/**
 * The form to send: the message, and its directive in a field of its own, also one that was typed. `key` separates the scripted
 * model's limits and memory from those of other runs: without one, all visitors would share them.
 */
export function toForm({ says, script }, key = newKey()) {
  const form = new FormData()
  const typed = says.match(DIRECTIVE)?.join('').trim()
  form.set('message', says.replace(DIRECTIVE, '').trim() || says)
  const steering = script ?? typed
  if (steering) form.set('script', steering.includes('key=') ? steering : steering.replace(']]', ` key=${key}]]`))
  return form
}

/** The id of this tab's visitor; the same after a refresh. */
function visitor() {
  // Storage throws where the browser blocks it; then each load of the page is a visitor.
  try {
    const id = sessionStorage.getItem('visitor') ?? newKey()
    sessionStorage.setItem('visitor', id)
    return id
  } catch {
    return newKey()
  }
}
