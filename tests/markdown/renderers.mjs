// The renderers that the tests of this folder judge and use, installed below target/packaging, with the packed package among them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { project } from '../packaging/projects.mjs'

const dependencies = {
  '@types/react': '19.2.2',
  dompurify: '3.5.0', jsdom: '26.1.0', marked: '18.2.1', micromark: '4.0.3', 'micromark-extension-gfm': '3.0.0', react: '19.3.1', 'react-dom': '19.3.1',
  'react-markdown': '10.1.0', 'rehype-raw': '7.0.0', 'rehype-sanitize': '6.0.0', 'remark-gfm': '4.0.1', streamdown: '2.7.1',
}

export const folder = await project('markdown', { sources: [], dependencies })

/** A package of the project, resolved as its code would. */
export async function load(name) {
  const file = join(folder, `load-${name.replaceAll('/', '-')}.mjs`)
  writeFileSync(file, `export * from '${name}'\nimport * as all from '${name}'\nexport default all.default\n`)
  return import(pathToFileURL(file).href)
}
