// What the documentation says about the repository holds: links, anchors, listings.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { absoluteLinks } from '../../scripts/readme-links.mjs'
import { anchorsOf, pages, proseOf, read, root } from './support.mjs'

test('the README has at most 200 lines', () => {
  assert.ok(read('README.md').split('\n').length <= 201)
})

test('every relative link leads to a file, and every anchor to a heading', () => {
  let count = 0
  for (const page of pages) {
    for (const [, target] of proseOf(page, { spans: false }).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)) {
      const [path, anchor] = target.split('#')
      const file = path ? normalize(join(dirname(page), path)) : page
      assert.ok(existsSync(join(root, file)), `${page}: ${target}`)
      if (anchor !== undefined) assert.ok(anchorsOf(file).includes(anchor), `${page}: ${target} is no heading of ${file}`)
      count++
    }
  }
  assert.ok(count > 100, `${count} links`)
})

test('every page of docs/ is in its index', () => {
  for (const name of readdirSync(join(root, 'docs'))) if (name !== 'README.md') assert.ok(read('docs/README.md').includes(`](${name})`), name)
})

/** The paths of a listing: two spaces a level, folders end with a slash, a description follows. */
function listed(text) {
  const folders = []
  return text.split('\n').filter((line) => line.trim()).flatMap((line) => {
    const [, indent, name] = /^( *)(\S+)/.exec(line)
    folders.length = indent.length / 2
    if (name.endsWith('/')) folders.push(name)
    return [folders.join('') + (name.endsWith('/') ? '' : name)]
  })
}

/** Files that belong to the repository, or will. */
const filesIn = (folder) => execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', folder], { cwd: root, encoding: 'utf8' })
  .split('\n').filter((path) => path && existsSync(join(root, path))).map((path) => path.slice(folder.length + 1))

for (const [, folder, block] of read('docs/architecture.md').matchAll(/<!-- tree: (\S+) -->\n```text\n([\s\S]*?)```\n<!-- \/tree -->/g)) {
  test(`docs/architecture.md lists ${folder} as it is`, () => {
    const named = listed(block)
    // A folder without entries of its own stands for all that is in it.
    const whole = named.filter((path) => path.endsWith('/') && !named.some((other) => other !== path && other.startsWith(path)))
    const real = new Set(filesIn(folder).flatMap((path) => {
      const inside = whole.find((folder) => path.startsWith(folder))
      if (inside) return [inside]
      const parts = path.split('/')
      return [...parts.slice(0, -1).map((_, at) => `${parts.slice(0, at + 1).join('/')}/`), path]
    }))
    const missing = [...real].filter((path) => !named.includes(path))
    const strange = named.filter((path) => !real.has(path))
    assert.ok(missing.length + strange.length === 0, `not listed: ${missing.join(', ') || 'none'}; listed, but not there: ${strange.join(', ') || 'none'}`)
  })
}

test('docs/architecture.md lists three folders', () => {
  assert.equal(read('docs/architecture.md').match(/<!-- tree: /g).length, 3)
})

test('relative links become links into the repository; addresses, anchors and code stay', () => {
  const made = (text) => absoluteLinks(text, 'git+https://example.org/o/n.git', 'v1')
  assert.equal(made('[a](docs/a.md#b) and [c](./c.md "t")'), '[a](https://example.org/o/n/blob/v1/docs/a.md#b) and [c](https://example.org/o/n/blob/v1/c.md "t")')
  assert.equal(made('![p](.github/p.png)'), '![p](https://example.org/o/n/raw/v1/.github/p.png)')
  assert.equal(made('[![p](p.png)](docs/a.md)'), '[![p](https://example.org/o/n/raw/v1/p.png)](https://example.org/o/n/blob/v1/docs/a.md)')
  assert.equal(made('[`/slim`](docs/d.md)'), '[`/slim`](https://example.org/o/n/blob/v1/docs/d.md)')
  assert.equal(made('[a](docs/a.md\n)'), '[a](docs/a.md\n)')
  assert.equal(made('[ref]: docs/a.md'), '[ref]: https://example.org/o/n/blob/v1/docs/a.md')
  for (const same of ['[a](https://x.y/z)', '[a](#b)', '[a](mailto:a@b.c)', '`[a](b.md)`', '```ts\n[a](b.md)\n```\n']) assert.equal(made(same), same)
})

test('the packed README has no relative link', () => {
  const packed = absoluteLinks(read('README.md'), 'https://example.org/o/n', 'v1')
  assert.doesNotMatch(packed.replace(/^```.*\n[\s\S]*?^```$/gm, '').replace(/(`+)[^`][\s\S]*?\1/g, ''), /\]\((?!https:|#)/)
})
