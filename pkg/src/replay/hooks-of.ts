// The internals of a handler, also of one whose core is still being loaded. Its published type does not have them.

import type { CheckedOptions } from '../types/checked-options'
import type { DeferredHooks, InspectableHandler, RecorderHooks } from '../types/recorder-hooks'
import type { StreamHandler } from '../types/handler'

/** A handler, or the hook of a framework's entry, which disposes of its handler itself. */
export type RecordableHandler = Omit<StreamHandler, 'dispose'>

/**
 * What recorder and player use of `handler`. Before its core is there, calls wait for it, and a recording starts from nothing.
 * Throws a TypeError if `handler` is not a handler of this package.
 */
export function hooksOf(handler: RecordableHandler): RecorderHooks {
  const { inside } = (handler ?? {}) as Partial<InspectableHandler>
  if (typeof inside !== 'function') throw new TypeError('ai-stream-handler/replay takes what createStreamHandler returned, or `handler` of a hook')
  const hooks = inside()
  return 'act' in hooks ? deferred(hooks) : hooks
}

function deferred({ options, calls, core, act }: DeferredHooks): RecorderHooks {
  const now = () => core()?.inside() as RecorderHooks | undefined
  const later = (work: (hooks: RecorderHooks) => void) => {
    const hooks = now()
    if (hooks) work(hooks)
    else act((handler) => work(handler.inside() as RecorderHooks), [])
  }
  return {
    options: options as CheckedOptions,
    get seed() {
      return now()?.seed ?? 0
    },
    start: () => {
      const hooks = now()
      if (hooks) return hooks.start()
      return !calls.length && !options.persist && !options.background ? { requests: 0, sessionId: options.sessionId ?? null, kept: null, reached: false } : null
    },
    listen: (tap) => later((hooks) => hooks.listen(tap)),
    replay: (...args) => {
      let target!: ReturnType<RecorderHooks['replay']>
      type Core = typeof target.core
      later((hooks) => (target = hooks.replay(...args)))
      const call = (name: keyof Core) => (...given: never[]) => later(() => (target.core[name] as (...given: never[]) => void)(...given))
      return {
        core: new Proxy({} as Core, { get: (_, name) => call(name as keyof Core) }), change: (work) => later(() => target.change(work)),
        load: (given) => later(() => target.load(given)),
      }
    },
    takeOver: (...args) => later((hooks) => hooks.takeOver(...args)),
  }
}
