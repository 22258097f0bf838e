// Which servers have answered this page, and why one that never has does not.

/** Origins that have answered this page. */
const reachedOrigins = new Set<string>()
/** Milliseconds that a server has to answer the second request. */
const PROBE_TIMEOUT = 5000

/** Notes that `url` was answered. A status of 502 or above may come from a gateway whose server is away. */
export function noteAnswer(url: string, status: unknown): void {
  if (Number(status) < 502) reachedOrigins.add(new URL(url).origin)
}

/** Whether the server at `url` has answered this page before. */
export const hasAnswered = (url: string) => reachedOrigins.has(new URL(url).origin)

/** Why `url` gave no answer, for the user. */
export async function explainNoAnswer(url: string, fetch: typeof globalThis.fetch): Promise<string> {
  const { origin } = new URL(url)
  // Outside of a browser there is no CORS.
  if (typeof location !== 'undefined' && origin !== location.origin) {
    if (await answersAnyPage(`${origin}/`, fetch)) return refusedOrigin()
  }
  return `The server at ${origin} could not be reached. Is it running, and is the address right?`
}

/**
 * Whether `url` answers a request whose response no page can read: a server that does not allow this page's origin still responds, and
 * a no-cors request succeeds. One that gets no answer for long does not.
 */
export async function answersAnyPage(url: string, fetch: (request: Request) => Promise<unknown>): Promise<boolean> {
  const timeout = new Promise<false>((resolve) => setTimeout(resolve, PROBE_TIMEOUT, false))
  try {
    return await Promise.race([fetch(new Request(url, { mode: 'no-cors' })).then(() => true), timeout])
  } catch {
    return false
  }
}

/** The server responds, but not to this page. */
export function refusedOrigin(): string {
  const origin = typeof location === 'undefined' ? 'this page' : location.origin
  return `The server is there, but does not allow ${origin} to read its answers (CORS). AgentOS(cors_allowed_origins=["${origin}"]) does.`
}
