/** A conversation with a backend, an AgentOS or the demo's own: connect, send, answer a pause, its stored sessions, live scenarios. */
import { confirm, fill, giveResult, reject } from '../vendor/ai-stream-handler.js'
import { formOf } from './live-scenarios.js'

/** `page`: what is on show. `backend`: the demo's own. `views`: `{ chaos, chat, frame, sessions }`. */
export function createConversation(page, backend, { chaos, chat, frame, sessions }) {
  /** What was sent last, for "Try again". */
  let lastSent = ''

  function send(message, options) {
    lastSent = message
    chat.follow()
    return page.handler.send(message, options)
  }

  function connect(options, target, chosen = null) {
    page.player.stop()
    page.scenario = null
    page.live = { options, target, scenario: chosen }
    page.set({ scenario: null, live: chosen?.name ?? null, target: chosen ? null : target })
    page.use(options)
    listStored()
    frame.closeDrawer()
  }

  /** To the demo's own backend, as this scenario wants it; nothing is sent yet. */
  function open(chosen) {
    connect({ ...backend.options, ...chosen.options }, { kind: 'team', id: 'cirkelline', name: 'Cirkelline', endpoint: backend.options.endpoint }, chosen)
  }

  /** Whether there is a backend that keeps sessions: a route of one's own tells of none. */
  const keepsSessions = () => page.live !== null && page.live.target.kind !== 'url'

  /** Reads the list of sessions that the backend keeps, whenever an answer has ended. */
  function listStored(status) {
    if (!keepsSessions() || ['connecting', 'streaming', 'retrying'].includes(status)) return
    const { scenario } = page.live
    // Where it cannot be had, the list stays as it is.
    page.handler.loadSessions({ limit: scenario ? 8 : 30 }).then(() => sessions.say(''), (error) => sessions.say(scenario ? '' : error.message))
  }

  return {
    connect,
    open,
    send,
    keepsSessions,
    listStored,
    /** Sends what the scenario says, in the conversation that there is already, if any. */
    play(chosen) {
      if (page.live?.scenario !== chosen || chaos.kind()) open(chosen)
      frame.closeDrawer()
      const sends = (key) => chosen.sends.map(({ priority, ...sent }) => ({ message: formOf(sent, key), options: { priority } }))
      if (!chaos.kind()) return sends().forEach(({ message, options }) => send(message, options))
      const of = page.handler
      chaos.begin(of.getSnapshot())
      // Each has limits of its own to run into.
      const reference = chaos.liveReference(page.live.options, sends(crypto.randomUUID()))
      Promise.all(sends(crypto.randomUUID()).map(({ message, options }) => send(message, options)))
        .then(() => of === page.handler && chaos.judge(of.getSnapshot(), reference))
    },
    tryAgain: () => page.handler.send(lastSent),
    async openStored(id) {
      await page.handler.openSession(id)
      frame.closeDrawer()
      chat.follow()
    },
    /** `values`: the form's entries by field name. */
    resolve(pause, approved, values) {
      chat.follow()
      return page.handler.continueRun(pause.requirements.map((asked, index) => {
        if (asked.kind === 'external') return giveResult(asked, values[`result-${index}`])
        if (asked.kind === 'input') return fill(asked, Object.fromEntries(asked.fields.map(({ name, type }) => [name, values[`${index}.${name}`] ?? (type === 'bool' ? 'false' : undefined)])))
        return approved ? confirm(asked) : reject(asked, values.note || undefined)
      }))
    },
  }
}
