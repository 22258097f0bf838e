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
  const back = () => {
    online()
    looked()
  }
  const listeners = Object.entries({ online, offline, pageshow: back, pagehide: gone })
  for (const [name, listener] of listeners) addEventListener(name, listener)
  // In a worker there is no document, and nobody to look at it.
  const page = typeof document === 'undefined' ? undefined : document
  page?.addEventListener('visibilitychange', looked)
  return () => {
    for (const [name, listener] of listeners) removeEventListener(name, listener)
    page?.removeEventListener('visibilitychange', looked)
  }
}
