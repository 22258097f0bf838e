// Loading the core before it is needed.

import { coreChunk, loadCore } from './core-chunk'

/**
 * Loads everything that this entry loads late, now: before the first message, say when the user points at the button that opens
 * the chat. Resolves with whether it is there. Never rejects, and may be called any number of times.
 */
export async function preload(): Promise<boolean> {
  await loadCore()
  return coreChunk !== undefined
}
