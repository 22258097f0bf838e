// What the pages of all frameworks share: what hangs on `globalThis.page`, and a count of how often each message's template runs.
export const counts = {}
/** Called by the template of a message with what it shows. */
export const seen = (id, message) => {
  counts[id] = (counts[id] ?? 0) + 1
  return message?.content ?? ''
}
/** How often each text was drawn, by what renders one block. */
export const drawn = {}
/** Called by what renders a block, with its text. */
export const draw = (text) => {
  drawn[text] = (drawn[text] ?? 0) + 1
  return text
}
/** The chat with this name draws its messages block by block. */
export const BLOCKS = 'blocks'
/** So does this one, with an element around each hundred blocks. */
export const CONTAINERS = 'containers'
export const shown = (value) => (value === null || value === undefined ? '' : String(value))

/** `mount(element, options, name)` shows a chat with class names as in every page here, registers its hook, and returns how to unmount. */
export function start(mount, hydrate) {
  const mounted = {}
  globalThis.page = {
    counts, drawn, hooks: {},
    mount(name, options, isHydrated = false) {
      const element = document.querySelector(`#${name}`) ?? document.body.appendChild(Object.assign(document.createElement('div'), { id: name }))
      mounted[name] = (isHydrated ? hydrate : mount)(element, { notify: 'sync', ...options }, name)
    },
    async unmount(name) {
      await (await mounted[name])()
      delete mounted[name]
    },
    forget() { for (const id of Object.keys(counts)) delete counts[id] },
  }
}
export const register = (name, hook) => ((globalThis.page ??= { hooks: {} }).hooks[name] = hook)
