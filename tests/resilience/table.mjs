// The table: how many cases of each group end as they have to, with whom, and in what time.
//
//   make resilience        all recordings, 2,000 generated streams (a minute)
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { pathToFileURL } from 'node:url'
import { buildDecoder } from '../oracle/decoder.mjs'
import { root } from '../package/support.mjs'
import { groups } from './cases.mjs'
import { contenders } from './contenders.mjs'

/** Whether the stream ends as it has to, and its text before the last frame is right too. */
async function isRight({ chunks, before, expected, decodes }, { read, decode }) {
  if (decodes) return isDeepStrictEqual(await decode(chunks), decodes)
  const { text, events, succeeded } = await read(chunks)
  if (text !== expected.text || succeeded !== expected.succeeded || events !== (expected.events ?? events)) return false
  return before === null || (await read(before)).text === expected.live
}

async function cellOf({ cases, claims }, contender) {
  if (claims && !contender.claims.includes(claims)) return null
  const began = performance.now()
  const wrong = []
  for (const one of cases) if (!(await isRight(one, contender))) wrong.push(one.name)
  return { right: cases.length - wrong.length, wrong, seconds: (performance.now() - began) / 1000 }
}

/** `{ names, rows: [{ title, count, cells }] }`; a cell is null where the group is not the contender's job. */
export async function resilience(options) {
  const folder = join(root, 'target/resilience')
  buildDecoder(folder)
  const decoder = await import(pathToFileURL(join(folder, 'decoder.js')).href)
  await decoder.default({ module_or_path: readFileSync(join(folder, 'decoder_bg.wasm')) })
  const list = contenders(await import('../../pkg/dist/index.js'), decoder.decode)
  const rows = []
  for (const group of groups(options)) {
    const cells = []
    for (const contender of list) cells.push(await cellOf(group, contender))
    rows.push({ title: group.title, count: group.cases.length, cells })
  }
  return { names: list.map(({ name, version }) => (version ? `${name} ${version}` : name)), rows }
}

/** As Markdown. */
export function written({ names, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const cell = (it) => (it ? `${it.right} (${it.seconds.toFixed(2)} s)` : '–')
  const seconds = names.map((_, at) => rows.reduce((sum, { cells }) => sum + (cells[at]?.seconds ?? 0), 0))
  return [
    line(['cases', 'of', ...names]),
    line(['---', '--:', ...names.map(() => '--:')]),
    ...rows.map(({ title, count, cells }) => line([title, count, ...cells.map(cell)])),
    line(['time of all', '', ...seconds.map((sum) => `${sum.toFixed(1)} s`)]),
  ].join('\n')
}

if (process.argv[1] === import.meta.filename) {
  const table = await resilience()
  console.log(`How many cases end with exactly the text, the number of events and the outcome that they should (–: not its job). Node ${process.version}.\n`)
  console.log(written(table))
  const wrong = table.rows.flatMap(({ title, cells }) => cells[0].wrong.map((name) => `${title}: ${name}`))
  console.log(`\nresilience: ${table.rows.reduce((sum, { count }) => sum + count, 0)} cases, ${wrong.length} differences of ours`)
  for (const difference of wrong) console.log(`  ${difference}`)
  process.exitCode = wrong.length > 0 ? 1 : 0
}
