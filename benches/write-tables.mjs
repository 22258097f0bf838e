// Writes the results in target/bench into the tables of benches/README.md and docs/benchmarks.md, between `<!-- bench: NAME -->` and
// `<!-- /bench -->`. `make bench` and `make bench-page` run it last; nobody edits those tables by hand.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const result = (name) => JSON.parse(readFileSync(join(root, `target/bench/${name}.json`), 'utf8')).result
const exists = (...names) => names.every((name) => existsSync(join(root, `target/bench/${name}.json`)))

const table = (head, rows) => [head, head.map((_, at) => (at < 2 ? '---' : '--:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const ratio = (number, digits) => (number === undefined ? '–' : number >= 10 ? number.toFixed(0) : number.toFixed(digits))
const speed = ({ bytes, times }) => Math.round(bytes / 1e3 / times.ours).toLocaleString('en')

/** All of a place's rows. */
function full(place, measure) {
  const rows = result(`${measure}-${place}`)
  const names = Object.keys(rows[0].times).filter((name) => name !== 'ours')
  return table(['stream', 'chunks', 'ours, MB/s', ...names], rows.map((row) => [
    row.stream, row.chunks, speed(row), ...names.map((name) => ratio(row.times[name] / row.times.ours, name.startsWith('(') || row.stream.startsWith('agent') ? 2 : 1)),
  ]))
}

const WORDS = {
  tokens: 'short tokens', alternating: 'two interleaved members', mixed: 'tokens, tools, a last frame of 1 MB', huge: 'frames of 1 MB',
  team_nested: 'a recorded team (175 KB)', agent_reasoning_tools: 'a recorded agent (14 KB)', 'one frame of 5 MB': 'one frame of 5 MB',
}
const SUMMARY = [
  ['tokens', '1.4 KB'], ['tokens', '16 KB'], ['tokens', 'a frame'], ['alternating', '1.4 KB'], ['mixed', '1.4 KB'], ['mixed', '16 KB'],
  ['huge', '1.4 KB'], ['huge', '16 KB'], ['one frame of 5 MB', '1.4 KB'], ['team_nested', '1.4 KB'], ['agent_reasoning_tools', '1.4 KB'],
]

/** The rows of the summary, in Chromium, with one column of Node. */
function summary() {
  const [pages, node] = [result('table-chromium'), result('table-node')]
  const names = ['eventsource-parser', 'fetch-event-source', 'AI SDK', 'AG-UI']
  const find = (rows, [stream, chunks]) => rows.find((row) => row.stream === stream && row.chunks === chunks)
  return table(['stream', 'chunks', 'ours, MB/s', ...names, 'eventsource-parser, in Node'], SUMMARY.map((which) => {
    const [page, local] = [find(pages, which), find(node, which)]
    const digits = which[0].startsWith('agent') ? 2 : 1
    return [WORDS[which[0]], which[1], speed(page), ...names.map((name) => ratio(page.times[name] / page.times.ours, digits)), ratio(local.times['eventsource-parser'] / local.times.ours, digits)]
  }))
}

/** Peers that keep a state: Chromium / Node. */
function stateful() {
  const [pages, node] = [result('state-chromium'), result('state-node')]
  const names = Object.keys(pages[0].times).filter((name) => name !== 'ours')
  return table(['run', 'chunks', ...names], pages.map((page, at) => [
    WORDS[page.stream], page.chunks, ...names.map((name) => `${ratio(page.times[name] / page.times.ours, 1)} / ${ratio(node[at].times[name] / node[at].times.ours, 1)}`),
  ]))
}

/** What a plain page costs with each hook. */
function page() {
  return table(['tokens arrive', 'earlier messages', 'ours', 'classic hook', 'useChat'], result('page').rows.map(({ rate, earlier, results }) => [
    PACES[rate], earlier.toLocaleString('en'), ...['ours', 'classic', 'ai-sdk'].map((name, at) => {
      const { task, commits } = results[name]
      return `${task.toFixed(task < 3 ? 2 : 1)} s, ${commits.toLocaleString('en')}${at ? '' : ' commits'}`
    }),
  ]))
}

const PACES = { 0: 'as fast as they can', 200: '200 a second', calm: '200 a second, 10 pictures', step: 'in step' }
const RENDERERS = { nothing: 'nothing drawn', plain: 'react-markdown, whole', blocks: 'react-markdown, blocks', containers: 'react-markdown, blocks in containers', streamdown: 'Streamdown', 'streamdown-blocks': 'Streamdown, our blocks', 'agent-ui': 'agent-ui, its own renderer', 'agent-ui-blocks': 'agent-ui, our renderer' }

/** What drawing a Markdown answer costs: the React page, and agent-ui if it was measured. */
function markdown() {
  const { paces } = result('markdown')
  const real = exists('agent-ui') ? result('agent-ui').paces : {}
  return table(['tokens arrive', 'page', 'main thread, s', 'of the whole', 'pictures', 'ms per picture', 'longest task, ms', 'texts rendered per picture'], Object.keys(PACES).flatMap((pace) => {
    const rows = { ...paces[pace], ...(real[pace] ? { 'agent-ui': real[pace].own, 'agent-ui-blocks': real[pace].blocks } : {}) }
    return Object.entries(rows).map(([name, one]) => {
      const whole = rows[name.startsWith('agent-ui') ? 'agent-ui' : 'plain']
      return [PACES[pace], RENDERERS[name], one.task.toFixed(one.task < 1 ? 2 : 1), whole ? (one.task / whole.task).toFixed(2) : '–', one.commits.toLocaleString('en'), one.commits ? ((one.task / one.commits) * 1000).toFixed(1) : '–', one.longest.toFixed(0), one.blocks ? (one.blocks / one.commits).toFixed(1) : '–']
    })
  }))
}

/** Milliseconds per token, behind so many characters. */
function markdownGrowth() {
  const { growth, growthTokens } = result('markdown')
  const lengths = Object.keys(growth)
  return table(['', ...lengths.map((length) => `${Number(length).toLocaleString('en')} characters`)], Object.keys(growth[lengths[0]]).map((name) => [RENDERERS[name], ...lengths.map((length) => ((growth[length][name].task / growthTokens) * 1000).toFixed(2))]))
}

/** Those whose results are there: a run of one measure leaves the other tables as they are. */
const tables = {
  ...(exists('table-node') ? { 'table-node': () => full('node', 'table') } : {}),
  ...(exists('table-chromium') ? { 'table-chromium': () => full('chromium', 'table') } : {}),
  ...(exists('page') ? { page } : {}),
  ...(exists('markdown') ? { markdown } : {}), ...(exists('markdown') && Object.keys(result('markdown').growth).length ? { 'markdown-growth': markdownGrowth } : {}),
  ...(exists('table-chromium', 'table-node') ? { summary } : {}), ...(exists('state-chromium', 'state-node') ? { state: stateful } : {}),
}
for (const path of ['benches/README.md', 'docs/benchmarks.md']) {
  const text = readFileSync(join(root, path), 'utf8')
  const written = text.replace(/(<!-- bench: (\S+) -->\n)[^]*?<!-- \/bench -->/g, (whole, open, name) => (tables[name] ? `${open}${tables[name]()}\n<!-- /bench -->` : whole))
  writeFileSync(join(root, path), written)
}
