import { hydrate, mount, unmount } from 'svelte'
import Chat from './Chat.svelte'
import { start } from './page.js'

const show = (create) => (target, options, name) => {
  const component = create(Chat, { target, props: { options, name } })
  return () => unmount(component)
}
start(show(mount), show(hydrate))
