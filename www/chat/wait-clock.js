/** How long a wait still lasts, and what ends it early: in an opened recording, in a replay, and live. */
export function createWaits(page, transport) {
  return {
    left(wait) {
      if (transport.isOpen()) return wait.resumesAt - transport.now()
      return page.live ? wait.resumesAt - Date.now() / 1000 : page.player.left()
    },
    /** `{ label, run }`, or null where nothing can be done but wait, or cancel. */
    skip(wait) {
      if (transport.isOpen()) return { label: 'Skip the wait', run: () => transport.skip() }
      if (!page.live) return page.player.isPlaying() ? { label: 'Skip the wait', run: () => page.player.skip() } : null
      return wait.by === 'server' ? null : { label: wait.by ? 'Retry now' : 'Send now', run: () => page.handler.retryNow() }
    },
  }
}
