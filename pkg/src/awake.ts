// A page that slept or was hidden has late timers: when it wakes up, what is due is looked for at once.

/** Calls `awake` when the page is looked at again, `online` when the network is back. Returns how to stop. */
export function onAwake(awake: () => void, online: () => void): () => void {
  if (typeof addEventListener !== 'function') return () => {}
  const looked = () => {
    if (typeof document === 'undefined' || !document.hidden) awake()
  }
  addEventListener('online', online)
  addEventListener('pageshow', looked)
  // In a worker there is no document, and nobody to look at it.
  if (typeof document !== 'undefined') document.addEventListener('visibilitychange', looked)
  return () => {
    removeEventListener('online', online)
    removeEventListener('pageshow', looked)
    if (typeof document !== 'undefined') document.removeEventListener('visibilitychange', looked)
  }
}
