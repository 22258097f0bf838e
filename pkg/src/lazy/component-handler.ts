// The handler of a component, for frameworks that create their components once and say when they are gone.

import { checkComponentOptions } from './component-options'
import { lazyHandler } from './lazy-handler'
import type { StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'

/**
 * A lazy handler. Has no side effects, on a server either. A wrong option is thrown in development, with the name of the
 * `caller`, and in production ignored and logged.
 */
export function componentHandler(caller: string, options: HandlerOptions): StreamHandler {
  checkComponentOptions(caller, options)
  return lazyHandler(() => options || {}, caller)
}

/** The methods that a component gets: all but `dispose`, which its scope calls. */
export function methodsOf({ dispose: _, ...methods }: StreamHandler): Omit<StreamHandler, 'dispose'> {
  return methods
}
