// A page that slept or was hidden has late timers: when it wakes up, what is due is looked for at once. And the network
// comes and goes.

interface PageListeners {
  /** The page is looked away from. */
  hidden: () => void
  /** The page goes, and takes its connections along; it may come back as it was. */
  leaving: () => void
  /** The page is looked at again. */
  visible: () => void
  online: () => void
  offline: () => void
}

/** Returns how to stop. */
export function watchPage({ hidden, leaving, visible, online, offline }: PageListeners): () => void {
  if (typeof addEventListener !== 'function') return () => {}
  const onVisibility = () => {
    if (typeof document === 'undefined' || !document.hidden) visible()
    else hidden()
  }
  const onPageShow = () => {
    online()
    onVisibility()
  }
  const listeners = Object.entries({ online, offline, pageshow: onPageShow, pagehide: leaving })
  for (const [name, listener] of listeners) addEventListener(name, listener)
  // In a worker there is no document, and nobody to look at it.
  const page = typeof document === 'undefined' ? undefined : document
  page?.addEventListener('visibilitychange', onVisibility)
  return () => {
    for (const [name, listener] of listeners) removeEventListener(name, listener)
    page?.removeEventListener('visibilitychange', onVisibility)
  }
}
