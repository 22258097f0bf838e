// Mutation testing: cargo-mutants changes the core in one place after the other and asks whether a test notices.
//
//   node scripts/mutants.mjs sse json client/leg        a module, or one file of it
//
// A mutant costs a build and a run. So the quick tests that are about the module are asked first, and what survives
// those is asked again with every native test. MUTANTS_QUICK=1 leaves the second round out. A run that was broken off
// goes on where it was; what came of each mutant is in target/mutants/<module>, which may be removed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const quick = {
  sse: ['sse_standard', 'wpt'],
  'sse/template': ['repeated_frames'],
  json: ['json_oracle'],
  event: ['statements', 'work', 'retries'],
  retry: ['retries', 'statements', 'client'],
  state: ['statements', 'work', 'retries', 'waiting_turns'],
  client: ['client', 'statements', 'waiting_turns', 'identity'],
}
// `generator` needs a feature, `browser` a browser; neither is about these modules.
const every = readdirSync(join(root, 'tests')).filter((name) => name.endsWith('.rs') && !/^(generator|browser)/.test(name)).map((name) => name.slice(0, -3))
// Without debug information a build takes half as long.
const env = { ...process.env, CARGO_PROFILE_TEST_DEBUG: 'false', CARGO_PROFILE_DEV_DEBUG: 'false' }

for (const module of process.argv.slice(2)) {
  const [name, file] = module.split('/')
  if (!quick[name]) throw new Error(`no module ${name}: ${Object.keys(quick).join(', ')}`)
  const files = file ? [`src/${name}/${file}.rs`] : [`src/${name}.rs`, `src/${name}/**/*.rs`]
  const out = join(root, 'target/mutants', module.replace('/', '-'))
  mkdirSync(out, { recursive: true })
  keep(out)
  ask(out, files, quick[module] ?? quick[name], 30)
  keep(out)
  if (!process.env.MUTANTS_QUICK && read(out, 'mutants.out/missed').length > 0) {
    ask(out, files, every, 150)
    keep(out)
  }
  const survived = read(out, 'mutants.out/missed')
  const [caught, timeout, unviable] = ['caught', 'timeout', 'unviable'].map((kind) => read(out, kind).length)
  console.log(`${module}: ${caught} caught, ${timeout} ran for ever, ${survived.length} survived, ${unviable} did not compile`)
  survived.forEach((mutant) => console.log(`   ${mutant}`))
}

function ask(out, files, tests, timeout) {
  spawnSync('cargo', ['mutants', '--iterate', '--output', out, '--jobs', process.env.MUTANTS_JOBS ?? '2', '--timeout', `${timeout}`, '--no-shuffle',
    ...files.map((path) => `--file=${path}`), '--cargo-arg=--lib', ...tests.map((test) => `--cargo-arg=--test=${test}`)], { cwd: root, stdio: 'inherit', env })
}

/** cargo-mutants forgets what the round before the last one found out. */
function keep(out) {
  for (const kind of ['caught', 'timeout', 'unviable']) {
    writeFileSync(join(out, `${kind}.txt`), [...new Set([...read(out, kind), ...read(out, `mutants.out/${kind}`)])].map((line) => `${line}\n`).join(''))
  }
}

function read(out, kind) {
  const path = join(out, `${kind}.txt`)
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
}
