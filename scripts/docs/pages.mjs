// A TypeDoc plugin for pages that are read on a forge as well:
//
// - A page is named after its first heading. TypeDoc would take front matter, which forges show as a table above the text.
// - `navigationLinks` work in every folder of the site. TypeDoc writes relative ones as they are given.
import { Converter, PageEvent } from 'typedoc'

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const [first] = document.content
    const heading = first?.kind === 'text' && /^# (.+)$/m.exec(first.text)
    if (!heading) throw new Error(`${document.name}: a page begins with a heading`)
    document.name = heading[1]
  })
  app.renderer.on(PageEvent.END, (page) => {
    const up = '../'.repeat(page.url.split('/').length - 1)
    for (const link of Object.values(app.options.getValue('navigationLinks'))) {
      page.contents = page.contents?.replaceAll(`href="${link}"`, `href="${up}${link}"`)
    }
  })
}
