// Loads the chunk with everything that a page does not need at first: the main entry, with the module. One chunk, and one loader, for
// all lazy handlers of a page.
//
// A chunk that does not come is tried again, after 1, 2, 4 … 30 seconds, and as soon as the page wakes up: `online`, or visible again.
// Chromium asks the network again for a module that failed to arrive (measured with 156; WHATWG HTML leaves it open), but never for
// one that arrived and did not parse or run: then only a reload helps. The address is the bundler's, so a query cannot be added to it.

/** The main entry. */
export type CoreChunk = typeof import('../index')

/** Who waits for the chunk. */
export interface CoreWaiter {
  arrived(chunk: CoreChunk): void
  /** An attempt failed; another one follows as long as somebody waits. `count`: failures in a row. */
  missed(count: number): void
}

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 30_000

let chunk: CoreChunk | undefined
let attempt: Promise<void> | undefined
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined
const waiters = new Set<CoreWaiter>()

/** The chunk, if it is there. */
export const coreChunk = (): CoreChunk | undefined => chunk

/** Tells `waiter` of the chunk, once, or of each attempt that failed. Starts nothing. Returns how to stop waiting. */
export function awaitCore(waiter: CoreWaiter): () => void {
  waiters.add(waiter)
  return () => void waiters.delete(waiter)
}

/** Loads the chunk now, unless it is there or on its way. Never rejects. */
export function loadCore(): Promise<void> {
  clearTimeout(timer)
  return (attempt ??= import('../index').then(arrived, missed))
}

/** Loads the chunk when the page is idle, if somebody still waits for it then. Does nothing outside of pages. */
export function loadCoreWhenIdle(): void {
  if (chunk || attempt || typeof document === 'undefined') return
  const load = () => void (waiters.size && loadCore())
  // Safari has no requestIdleCallback.
  if (typeof requestIdleCallback === 'function') requestIdleCallback(load)
  else setTimeout(load, 100)
}

function arrived(loaded: CoreChunk): void {
  chunk = loaded
  watchPage(false)
  for (const waiter of [...waiters]) waiter.arrived(loaded)
  waiters.clear()
}

function missed(): void {
  attempt = undefined
  failures++
  for (const waiter of [...waiters]) waiter.missed(failures)
  watchPage(waiters.size > 0)
  if (waiters.size) timer = setTimeout(loadCore, Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS))
}

function watchPage(isWanted: boolean): void {
  if (typeof document === 'undefined') return
  for (const [target, name] of [[globalThis, 'online'], [document, 'visibilitychange']] as const) {
    if (isWanted) target.addEventListener(name, wakeUp)
    else target.removeEventListener(name, wakeUp)
  }
}

function wakeUp(): void {
  if (waiters.size && !document.hidden) void loadCore()
}
