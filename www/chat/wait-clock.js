/** The time left of a wait, and the action that ends it early: live, in a replay, and in an opened recording. For retry-card.js. */
export function createWaitClock(page, scrubber) {
  return {
    left(wait) {
      if (scrubber.isOpen()) return wait.resumesAt - scrubber.now()
      return page.live ? wait.resumesAt - Date.now() / 1000 : page.player.left()
    },
    /** `{ label, run }`, or null if the wait can only be cancelled. */
    skip(wait) {
      if (scrubber.isOpen()) return { label: 'Skip the wait', run: () => scrubber.skip() }
      if (!page.live) return page.player.isPlaying() ? { label: 'Skip the wait', run: () => page.player.skip() } : null
      return wait.by === 'server' ? null : { label: wait.by ? 'Retry now' : 'Send now', run: () => page.handler.retryNow() }
    },
  }
}
