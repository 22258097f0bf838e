// Reports errors of the page's own code.

import type { HandlerOptions } from '../types/options'

/**
 * Passes `error` to `onListenerError`, by default the console. Never throws: a reporter that throws must not stop the
 * stream either.
 */
export function reportTo({ onListenerError = (error: unknown) => console.error('ai-stream-handler:', error) }: Pick<HandlerOptions, 'onListenerError'>, error: unknown): void {
  try {
    onListenerError(error)
  } catch {
    // There is nobody left to tell.
  }
}
