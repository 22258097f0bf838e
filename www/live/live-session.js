/** A live conversation with an AgentOS or the demo's own backend: connect, send, resolve a pause, open stored sessions, play live scenarios. */
import { confirm, fill, giveResult, reject } from '../vendor/ai-stream-handler.js'
import { newKey, toForm } from './live-scenarios.js'

/** `page`: the state of the page (app.js). `backend`: the demo's own (`findBackend`). */
export function createLiveSession(page, backend, { chaosPanel, composer, layout, messageList, sessionList }) {
  /** The last message, for "Try again". */
  let lastSent = ''

  function send(text, options) {
    // The demo's own backend takes its directives, and each run's key, from a form field.
    const message = typeof text === 'string' && page.live.scenario ? toForm({ says: text }) : text
    lastSent = message
    messageList.follow()
    return page.handler.send(message, options)
  }

  function connect(options, target, scenario = null) {
    page.player.stop()
    page.scenario = null
    page.live = { options, target, scenario }
    page.applySettings({ scenario: null, live: scenario?.name ?? null, target: scenario ? null : target })
    page.replaceHandler(options)
    listStored()
    layout.closeDrawer()
  }

  /** Connects to the demo's own backend with this scenario's options; sends nothing yet. */
  function open(scenario) {
    connect({ ...backend.options, ...scenario.options }, { kind: 'team', id: 'cirkelline', name: 'Cirkelline', endpoint: backend.options.endpoint }, scenario)
  }

  /** Whether the backend stores sessions. A custom route has no endpoint for them. */
  const storesSessions = () => page.live !== null && page.live.target.kind !== 'url'

  /** Lists the backend's stored sessions, unless a run is in progress. */
  function listStored(status) {
    if (!storesSessions() || ['connecting', 'streaming', 'retrying'].includes(status)) return
    const { scenario } = page.live
    // If that fails, the list stays as it is.
    page.handler.loadSessions({ limit: scenario ? 8 : 30 }).then(() => sessionList.setProblem(''), (error) => sessionList.setProblem(scenario ? '' : error.message))
  }

  return {
    connect,
    open,
    send,
    storesSessions,
    listStored,
    /** Sends the scenario's messages, in the same conversation if the scenario is open already. */
    play(scenario) {
      if (page.live?.scenario !== scenario || chaosPanel.kind()) open(scenario)
      layout.closeDrawer()
      // A key for each run: what another run or visitor left behind has no part in it.
      const sends = (key) => scenario.sends.map(({ priority, ...sent }) => ({ message: toForm(sent, key), options: { priority } }))
      if (!chaosPanel.kind()) return sends(newKey()).forEach(({ message, options }) => send(message, options))
      const { handler } = page
      chaosPanel.begin(handler.getSnapshot())
      // Another visitor's, so that it hits limits of its own and is not listed among the sessions.
      const reference = chaosPanel.liveReference({ ...page.live.options, fields: { user_id: newKey() } }, sends(newKey()))
      Promise.all(sends(newKey()).map(({ message, options }) => send(message, options)))
        .then(() => handler === page.handler && chaosPanel.judge(handler.getSnapshot(), reference))
    },
    tryAgain: () => page.handler.send(lastSent),
    /** Whether this backend answers again. AgentOS has no such route for workflows. */
    canRegenerate: () => page.live !== null && ['agent', 'team'].includes(page.live.target.kind),
    regenerate(turn) {
      if (turn === page.handler.getSnapshot().turns.at(-1)) messageList.follow()
      return page.handler.regenerate({ turn })
    },
    /** A message that was not edited after all comes back as what to write. */
    async edit(turn, text) {
      messageList.follow()
      const { handler } = page
      const outcome = await handler.edit(turn, page.live.scenario ? toForm({ says: text }) : text)
      const unsent = handler.getSnapshot().turns.find(({ id }) => id === turn.id)?.unsent
      if (outcome !== 'completed' && unsent && handler === page.handler) composer.offer(unsent)
    },
    /** Opens a copy of the session shown. */
    async copy() {
      await page.handler.openSession(await page.handler.forkSession())
      messageList.follow()
    },
    rename: (id, name) => page.handler.renameSession(id, name),
    delete: (id) => page.handler.deleteSession(id),
    async openStored(id) {
      await page.handler.openSession(id)
      layout.closeDrawer()
      messageList.follow()
    },
    /** `values`: the form's entries by field name. */
    resolve(pause, approved, values) {
      messageList.follow()
      return page.handler.continueRun(pause.requirements.map((requirement, index) => {
        if (requirement.kind === 'external') return giveResult(requirement, values[`result-${index}`])
        if (requirement.kind === 'input') return fill(requirement, Object.fromEntries(requirement.fields.map(({ name, type }) => [name, values[`${index}.${name}`] ?? (type === 'bool' ? 'false' : undefined)])))
        return approved ? confirm(requirement) : reject(requirement, values.note || undefined)
      }))
    },
  }
}
