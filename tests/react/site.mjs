// The installed package, a browser, and a file server for bundled pages, for the tests of one file.
import { basename } from 'node:path'
import { after, before } from 'node:test'
import { serve } from '../../scripts/serve.mjs'
import { launch } from '../e2e/browser.mjs'
import { install } from '../package/support.mjs'
import { bundle, pageFor } from './bundle.mjs'

/** `browser` is set before the first test, `site` once a page is built. */
export function bundledSite() {
  let scratch, remove
  const there = {
    browser: null, site: null,
    /** Bundles `source`; returns the address of its page. */
    async build(source, options) {
      const name = pageFor(scratch, basename(await bundle(scratch, source, options)))
      there.site ??= await serve(`${scratch}/site`)
      return `${there.site.url}${name}`
    },
  }
  before(async () => {
    ;({ scratch, remove } = await install())
    there.browser = await launch()
  })
  after(async () => {
    await there.browser?.close()
    await there.site?.close()
    remove?.()
  })
  return there
}
