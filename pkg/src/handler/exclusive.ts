// One at a time: among the handlers of this page, and among the tabs of this origin where there are Web Locks (secure contexts).

import { componentRunsPath } from './run-path'
import type { CoreDriver } from './core-driver'
import type { Outcome } from '../types/snapshot'

/** A tab that is frozen may hold a lock for long. */
const LONGEST_WAIT_MS = 10_000

const running = new Map<string, Promise<unknown>>()

const webLocks = () => globalThis.navigator?.locks as LockManager | undefined

/** Does `work` when no other of the same `name` is being done. `work` gets a function that lets the next one begin. */
export function exclusively<T>(name: string, work: (release: () => void) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const turn = () => new Promise<void>((release) => void work(release).then(resolve, reject).finally(release))
    const mine = (running.get(name) ?? Promise.resolve()).then(() => locked(name, turn))
    running.set(name, mine)
    void mine.finally(() => running.get(name) === mine && running.delete(name))
  })
}

/** Who asks again, by session. */
const asking = new Map<string, CoreDriver>()

/**
 * Does `work` in the session on this page, from the plan until the answer has ended, unless the same is under way elsewhere: AgentOS
 * 3.1.10 carries out both, and the model sees both answers from then on. `call`: for the error.
 */
export async function aloneInSession(driver: CoreDriver, call: string, work: () => Promise<Outcome>): Promise<Outcome> {
  const { options, snapshot: { sessionId } } = driver
  const name = `ai-stream-handler ${options.endpoint ?? ''}${componentRunsPath(options)} ${sessionId}`
  const refuse = () => {
    throw new Error(`ai-stream-handler: ${call}(): an answer is being asked for again in this session, perhaps in another tab; wait for its end`)
  }
  if (sessionId === null) return work()
  const holder = asking.get(name)
  if (holder && !holder.isDisposed) refuse()
  asking.set(name, driver)
  try {
    const locks = webLocks()
    // Sandboxed frames may not lock.
    if (!locks || globalThis.origin === 'null') return await work()
    return await locks.request(name, holder ? { steal: true } : { ifAvailable: true }, (lock) => (lock ? work() : refuse()))
  } catch (error) {
    // Its lock was taken over.
    if (driver.isDisposed) return 'cancelled'
    throw error
  } finally {
    if (asking.get(name) === driver) asking.delete(name)
  }
}

async function locked(name: string, turn: () => Promise<void>): Promise<void> {
  const locks = webLocks()
  if (!locks) return turn()
  // Some browsers with locks have no AbortSignal.timeout.
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), LONGEST_WAIT_MS)
  const begin = () => {
    clearTimeout(timer)
    return turn()
  }
  await locks.request(`ai-stream-handler ${name}`, { signal: controller.signal }, begin).catch(begin)
}
