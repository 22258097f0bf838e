// The demo behind a file server, and a browser, for the tests of one file.
import { join } from 'node:path'
import { after, afterEach, before } from 'node:test'
import { serve } from '../../scripts/serve.mjs'
import { root } from '../package/support.mjs'
import { openWatched } from './accessibility.mjs'
import { launch } from './browser.mjs'

/**
 * `browser` and `site` are set before the first test. `visit` opens a page of the demo (`path`; without it, the first one), watched,
 * for one test; it is there once `shows` is.
 */
export function demoSite() {
  const closes = []
  const there = {
    browser: null, site: null,
    async visit(hash = '', { shows = 'composer', ...options } = {}) {
      const view = await openWatched(there.browser, there.site, { hash, ...options })
      closes.push(() => view.context.close())
      await view.byId(shows).waitFor()
      return view
    },
  }
  before(async () => {
    there.site = await serve(join(root, 'www'))
    there.browser = await launch()
  })
  after(async () => {
    await there.browser?.close()
    await there.site?.close()
  })
  afterEach(async () => {
    for (const close of closes.splice(0)) await close()
  })
  return there
}
