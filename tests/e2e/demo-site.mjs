// The demo behind a file server, and a browser, for the tests of one file.
import { join } from 'node:path'
import { after, afterEach, before } from 'node:test'
import { serve } from '../../scripts/serve.mjs'
import { root } from '../package/support.mjs'
import { openWatched } from './accessibility.mjs'
import { launch } from './browser.mjs'

/**
 * `browser` and `site` are set before the first test; what is given to `closing` is called after each. `visit` opens a page of the
 * demo, watched, for one test.
 */
export function demoSite() {
  const closes = []
  const there = {
    browser: null, site: null, closing: (close) => closes.push(close),
    async visit(hash = '', options = {}) {
      const view = await openWatched(there.browser, there.site, { hash, ...options })
      there.closing(() => view.context.close())
      await view.byId('composer').waitFor()
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
