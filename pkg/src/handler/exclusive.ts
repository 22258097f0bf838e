// One at a time: among the handlers of this page, and among the tabs of this origin where there are Web Locks (secure contexts).

/** A tab that is frozen may hold a lock for long. */
const LONGEST_WAIT_MS = 10_000

const running = new Map<string, Promise<unknown>>()

/** Does `work` when no other of the same `name` is being done. `work` gets a function that lets the next one begin. */
export function exclusively<T>(name: string, work: (release: () => void) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const turn = () => new Promise<void>((release) => void work(release).then(resolve, reject).finally(release))
    const mine = (running.get(name) ?? Promise.resolve()).then(() => locked(name, turn))
    running.set(name, mine)
    void mine.finally(() => running.get(name) === mine && running.delete(name))
  })
}

async function locked(name: string, turn: () => Promise<void>): Promise<void> {
  const locks = globalThis.navigator?.locks as LockManager | undefined
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
