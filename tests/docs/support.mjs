// What the tests of the documentation share: which pages there are, and what is in them.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')
export const read = (path) => readFileSync(join(root, path), 'utf8')

const markdownIn = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`)

/** Every page, by its path. */
export const pages = [
  'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...markdownIn('docs'), 'tests/README.md', 'benches/README.md',
  ...readdirSync(join(root, 'examples')).flatMap((name) => (name.includes('.') ? [] : markdownIn(`examples/${name}`))), '.github/PULL_REQUEST_TEMPLATE.md',
]

/** The fenced blocks of a page: `{ page, line, language, text }`. */
export function blocksOf(page) {
  const found = []
  let open = null
  for (const [at, line] of read(page).split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line)
    if (open && fence) open = found.push(open) && null
    else if (open) open.text += `${line}\n`
    else if (fence) open = { page, line: at + 1, language: fence[1], text: '' }
  }
  if (open) throw new Error(`${page}:${open.line}: a block that does not end`)
  return found
}

export const allBlocks = (...languages) => pages.flatMap(blocksOf).filter(({ language }) => languages.includes(language))

/** A page without its fenced blocks, and (`spans: false`) without code spans. */
export function proseOf(page, { spans = true } = {}) {
  const text = read(page).replace(/^```.*\n[\s\S]*?^```$/gm, '')
  return spans ? text : text.replace(/(`+)[^`][\s\S]*?\1/g, '')
}

/** The anchors of a page, as forges make them of its headings. */
export function anchorsOf(page) {
  const seen = new Map()
  return [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
    const slug = heading.toLowerCase().replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-')
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    return times ? `${slug}-${times}` : slug
  })
}
