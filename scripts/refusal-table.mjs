// The table of providers in docs/errors.md, made of tests/fixtures/refusals: `node scripts/refusal-table.mjs` writes it, and
// tests/docs compares it.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'tests/fixtures/refusals')
const page = join(root, 'docs/errors.md')
const KINDS = ['rate_limit', 'overloaded', 'quota_exhausted', 'request_too_large', 'auth', 'not_found', 'bad_request', 'content_filtered', 'timeout', 'unavailable', 'unknown']
const MARKS = /(<!-- refusals -->\n)[\s\S]*?(\n<!-- \/refusals -->)/

/** The Markdown of the table: a row per file of the corpus, how many refusals of each kind it has. */
export function refusalTable() {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  const count = (refusals, kind) => refusals.filter((refusal) => refusal.kind === kind).length || ''
  const row = (name, refusals) => `| ${[name, refusals.length, ...KINDS.map((kind) => count(refusals, kind))].join(' | ')} |`
  const rows = files.map(({ provider, refusals }) => row(provider, refusals)).sort((a, b) => a.localeCompare(b, 'en'))
  const head = ['from', 'in all', ...KINDS.map((kind) => `\`${kind}\``)]
  return [`| ${head.join(' | ')} |`, `|---|${'--:|'.repeat(KINDS.length + 1)}`, ...rows, row('**all**', files.flatMap(({ refusals }) => refusals))].join('\n')
}

/** The table as the page has it. */
export const tableOfPage = () => MARKS.exec(readFileSync(page, 'utf8'))?.[0].split('\n').slice(1, -1).join('\n')

if (process.argv[1] === import.meta.filename) writeFileSync(page, readFileSync(page, 'utf8').replace(MARKS, (_, open, close) => open + refusalTable() + close))
