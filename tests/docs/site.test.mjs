// The site that `make docs` builds has no broken links.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { root } from './support.mjs'

const site = join(root, 'target/docs')
const isBuilt = existsSync(join(site, 'index.html'))

const text = (path) => readFileSync(path, 'utf8')
/** An earlier `cargo doc` may have left pages of other crates. */
const ours = (path) => !path.startsWith('rust/') || path.startsWith('rust/ai_stream_handler/')
const decoded = (value) => decodeURIComponent(value.replace(/&amp;/g, '&').replace(/&#39;|&#x27;/g, "'"))

test('every relative link of the site leads to a page, and to an anchor on it', { skip: isBuilt ? false : 'make docs has not run' }, () => {
  const files = readdirSync(site, { recursive: true }).filter((path) => path.endsWith('.html') && ours(path))
  assert.ok(files.length > 100, `${files.length} pages`)
  const anchors = new Map()
  const anchorsOf = (file) => {
    if (!anchors.has(file)) anchors.set(file, new Set([...text(file).matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, id]) => decoded(id))))
    return anchors.get(file)
  }
  const broken = []
  for (const file of files) {
    for (const [, link] of text(join(site, file)).matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      // rustdoc asks for a list of implementors even where there are none.
      if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(link) || link.includes('/trait.impl/')) continue
      const [path, anchor] = decoded(link).split('#')
      let target = join(site, path ? join(dirname(file), path.split('?')[0]) : file)
      if (existsSync(target) && statSync(target).isDirectory()) target = join(target, 'index.html')
      const isThere = existsSync(target)
      // rustdoc makes the anchors of source lines by script.
      const needsAnchor = anchor && target.endsWith('.html') && !target.includes('/rust/src/')
      if (!isThere || (needsAnchor && !anchorsOf(target).has(anchor))) broken.push(`${file}: ${link}`)
    }
  }
  assert.deepEqual([...new Set(broken)].slice(0, 20), [])
})

test('the navigation leads to pages that exist, those of docs/ among them', { skip: isBuilt ? false : 'make docs has not run' }, () => {
  const [, packed] = /"([^"]+)"/.exec(text(join(site, 'assets/navigation.js')))
  const entries = JSON.parse(inflateSync(Buffer.from(packed, 'base64')).toString())
  const paths = []
  const walk = (list) => list.forEach(({ path, children }) => {
    if (path) paths.push(path)
    walk(children ?? [])
  })
  walk(entries)
  for (const path of paths) assert.ok(existsSync(join(site, path.split('#')[0])), path)
  const documents = readdirSync(join(root, 'docs')).length
  assert.ok(paths.filter((path) => path.startsWith('documents/')).length >= documents, relative(root, site))
})
