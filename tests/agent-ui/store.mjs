// A page without a screen: a zustand store with the state of agent-ui or of the Cirkelline UI, an address, and what the rest of
// such a page does to them. Written from what those pages do, not from their code.
import { createStore } from 'zustand/vanilla'

/** The state of agent-ui; `cirkelline`: with that page's further fields. */
export function pageStore({ cirkelline = false } = {}) {
  const writes = []
  const setter = (set, key) => (value) => {
    writes.push([key, value])
    set((state) => ({ [key]: typeof value === 'function' ? value(state[key]) : value }))
  }
  const store = createStore((set) => ({
    messages: [], setMessages: setter(set, 'messages'),
    isStreaming: false, setIsStreaming: setter(set, 'isStreaming'),
    streamingErrorMessage: '', setStreamingErrorMessage: setter(set, 'streamingErrorMessage'),
    sessionsData: null, setSessionsData: setter(set, 'sessionsData'),
    isSessionsLoading: false, setIsSessionsLoading: setter(set, 'isSessionsLoading'),
    selectedEndpoint: '', authToken: '', mode: 'team',
    ...(cirkelline && {
      activityStatus: null, setActivityStatus: setter(set, 'activityStatus'),
      currentRunId: null, setCurrentRunId: setter(set, 'currentRunId'),
      abortController: null, setAbortController: setter(set, 'abortController'),
    }),
  }))
  return { store, writes, state: store.getState }
}

/**
 * The page around it: its address, of which the hook tells `ui` after each render, a moment later. `loader(session)` answers
 * what the server has of a session; as in the pages it runs whenever the address names another one.
 */
export function pageAround(ui, { state }, { agent = null, team = 'cirkelline', loader } = {}) {
  const address = { agent, team, sessionId: null }
  let rendering
  const render = () => {
    clearTimeout(rendering)
    rendering = setTimeout(() => ui.update({ ...address, setSessionId: page.setSessionId }))
  }
  const page = {
    address,
    setSessionId(id) {
      if (address.sessionId === id) return
      address.sessionId = id
      render()
      if (id && loader) void page.load(id)
    },
    async load(id) {
      const messages = await loader(id)
      if (messages) state().setMessages(messages)
    },
    /** The side bar's entry: loads, then moves the address, which loads again. */
    async open(id) {
      await page.load(id)
      page.setSessionId(id)
    },
    newChat() {
      state().setMessages([])
      page.setSessionId(null)
    },
    select(ids) {
      Object.assign(address, ids)
      state().setMessages([])
      page.setSessionId(null)
      render()
    },
    /** A Stop button that lives off the store. */
    stop() {
      const { abortController, setAbortController, setIsStreaming, setActivityStatus, setMessages, setCurrentRunId, currentRunId } = state()
      abortController.abort()
      setAbortController(null)
      setIsStreaming(false)
      setActivityStatus(null)
      setMessages((messages) => {
        const copy = [...messages]
        const last = copy.at(-1)
        last.content = last.content ? `${last.content}\n\n*[stopped]*` : '*[stopped]*'
        return copy
      })
      setCurrentRunId(null)
      return currentRunId
    },
  }
  ui.update({ ...address, setSessionId: page.setSessionId })
  return page
}
