// Calls of `loadSessions` from effects. With the whole hook in its dependencies, as ESLint's exhaustive-deps wants it for
// `h.loadSessions()`, an effect runs again at every token.

/** How long an answer of the server is good enough while a run streams, which the handler lists itself. Milliseconds. */
const FRESH_MS = 5000

/** `load`, with one request at a time for the same arguments, and while `isStreaming` one in five seconds. */
export function shareRequests<A, R>(load: (argument?: A) => Promise<R>, isStreaming: () => boolean): (argument?: A) => Promise<R> {
  const last = new Map<string, { promise: Promise<R>; isOpen: boolean; at: number }>()
  return (argument) => {
    const key = JSON.stringify(argument) ?? ''
    const known = last.get(key)
    if (known && (known.isOpen || (isStreaming() && Date.now() - known.at < FRESH_MS))) return known.promise
    const promise = load(argument)
    const entry = { promise, isOpen: true, at: Date.now() }
    last.set(key, entry)
    promise.then(() => (entry.isOpen = false), () => last.delete(key))
    return promise
  }
}
