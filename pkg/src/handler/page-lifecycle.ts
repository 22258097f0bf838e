// Events of the page that matter to a connection: hidden, leaving, visible, online, offline. A page that was hidden or asleep has
// late timers, so what is due is looked for as soon as it is visible again.

interface PageListeners {
  /** The page was hidden. */
  hidden: () => void
  /** The page is being left; its connections will be cut. It may come back as it was (bfcache). */
  leaving: () => void
  /** The page is visible again. */
  visible: () => void
  online: () => void
  offline: () => void
}

/** Calls `listeners` until the returned function is called. Does nothing where there is no page (Node). */
export function watchPage({ hidden, leaving, visible, online, offline }: PageListeners): () => void {
  if (typeof addEventListener !== 'function') return () => {}
  // A worker has no document, and is never hidden.
  const page = typeof document === 'undefined' ? undefined : document
  const onVisibility = () => {
    if (page?.hidden) hidden()
    else visible()
  }
  const onPageShow = () => {
    online()
    onVisibility()
  }
  const listeners = Object.entries({ online, offline, pageshow: onPageShow, pagehide: leaving })
  for (const [name, listener] of listeners) addEventListener(name, listener)
  page?.addEventListener('visibilitychange', onVisibility)
  return () => {
    for (const [name, listener] of listeners) removeEventListener(name, listener)
    page?.removeEventListener('visibilitychange', onVisibility)
  }
}
