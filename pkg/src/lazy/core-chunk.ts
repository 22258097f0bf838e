// Loads the chunk with everything that a page does not need at first: the main entry, with the module. One chunk, and one loader,
// for all lazy handlers of a page.
//
// A chunk that does not come is tried again after 1, 2, 4 … seconds, and as soon as the page wakes up: `online`, or visible
// again. Chromium asks the network again for a module that failed to arrive (measured with 156; WHATWG HTML leaves it open), but
// never for one that arrived and did not parse or run: then only a reload helps. The address is the bundler's, so a query cannot
// be added to it.

/** The main entry. */
export type CoreChunk = typeof import('../index')

/** The chunk, once it is there. */
export let coreChunk: CoreChunk | undefined
/** Attempts in a row that failed. */
export let failedAttempts = 0

let attempt: Promise<void> | undefined
let timer: ReturnType<typeof setTimeout> | undefined
const waiting = new Set<() => void>()

/** Loads the chunk now, unless it is on its way. Never rejects. */
export const loadCore = (): Promise<void> => {
  clearTimeout(timer)
  return (attempt ??= import('../index').then((chunk) => void (coreChunk = chunk), () => {
    attempt = undefined
    // Both reach the window.
    if (!failedAttempts++) for (const name of ['online', 'visibilitychange']) globalThis.addEventListener?.(name, wakeUp)
    timer = setTimeout(wakeUp, 500 << failedAttempts)
  }).then(() => {
    // What one of them throws is its own.
    waiting.forEach(async (tell) => tell())
  }))
}

/**
 * Calls `tell` when the chunk is there, and whenever an attempt failed. Starts an attempt if `isUrgent`, else in idle time.
 * Returns how to stop waiting: without anybody who waits, nothing is tried.
 */
export const awaitCore = (tell: () => void, isUrgent?: boolean): () => void => {
  waiting.add(tell)
  if (isUrgent) void loadCore()
  // Safari has no requestIdleCallback.
  else (globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 200)))(wakeUp)
  return () => void waiting.delete(tell)
}

const wakeUp = (): void => {
  if (waiting.size) void loadCore()
}
