// The internals of a handler, also of one whose core is still being loaded.

import type { DeferredHooks, RecorderHooks } from '../types/recorder-hooks'
import type { StreamHandler } from '../types/handler'

/** What recorder and player use of `handler`. Before its core is there, calls wait for it, and a recording starts from nothing. */
export function hooksOf(handler: StreamHandler): RecorderHooks {
  const inside = handler.inside()
  return 'act' in inside ? deferred(inside) : inside
}

function deferred({ options, calls, core, act }: DeferredHooks): RecorderHooks {
  const now = () => core()?.inside() as RecorderHooks | undefined
  const later = (work: (hooks: RecorderHooks) => void) => {
    const hooks = now()
    if (hooks) work(hooks)
    else act((handler) => work(handler.inside()), [])
  }
  return {
    options,
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
      return { core: new Proxy({} as Core, { get: (_, name) => call(name as keyof Core) }), change: (work) => later(() => target.change(work)) }
    },
    takeOver: (...args) => later((hooks) => hooks.takeOver(...args)),
  }
}
