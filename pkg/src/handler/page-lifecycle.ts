// A page that slept or was hidden has late timers: when it wakes up, what is due is looked for at once. And the network
// comes and goes.

interface Heard {
  /** The page is looked away from. */
  asleep: () => void
  /** The page goes, and takes its connections along; it may come back as it was. */
  gone: () => void
  /** The page is looked at again. */
  awake: () => void
  online: () => void
  offline: () => void
}

/** Returns how to stop. */
export function onAwake({ asleep, gone, awake, online, offline }: Heard): () => void {
  if (typeof addEventListener !== 'function') return () => {}
  const looked = () => {
    if (typeof document === 'undefined' || !document.hidden) awake()
    else asleep()
  }
  addEventListener('online', online)
  addEventListener('offline', offline)
  const back = () => {
    online()
    looked()
  }
  addEventListener('pageshow', back)
  addEventListener('pagehide', gone)
  // In a worker there is no document, and nobody to look at it.
  if (typeof document !== 'undefined') document.addEventListener('visibilitychange', looked)
  return () => {
    removeEventListener('online', online)
    removeEventListener('offline', offline)
    removeEventListener('pageshow', back)
    removeEventListener('pagehide', gone)
    if (typeof document !== 'undefined') document.removeEventListener('visibilitychange', looked)
  }
}
