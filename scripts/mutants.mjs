// Mutation testing: cargo-mutants changes the core in one place after the other and asks whether a test notices.
//
//   node scripts/mutants.mjs sse json client/connection        a module, or one file of it
//
// A file that has judges of its own (`quick`) is not asked with its module, but by its name.
//
// A mutant costs a build and a run. So the quick tests that are about the module are asked first, and what survives
// those is asked again with every native test. MUTANTS_QUICK=1 leaves the second round out; MUTANTS_TESTS="lib events"
// are other tests for the first one. A run that was broken off goes on where it was; what came of each mutant is in
// target/mutants/<module>, which may be removed. "For ever" is so many seconds of the processor, not of the clock: the
// machine may be busy. A TMPDIR in memory helps.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
// `lib`: the tests beside the code.
const quick = {
  sse: ['lib', 'sse_standard', 'wpt'],
  'sse/fast_path': ['repeated_frames'],
  json: ['lib', 'json_oracle'],
  event: ['events', 'invariants', 'members_and_tools', 'retries', 'identity', 'recordings'],
  refusal: ['lib', 'retries', 'invariants', 'client'],
  retry: ['lib', 'retries', 'invariants', 'client'],
  state: ['timeline_texts', 'members_and_tools', 'invariants', 'retries', 'delegations', 'details', 'interrupted_answers', 'identity', 'agentos_streams', 'queued_sends'],
  client: ['client', 'invariants', 'queued_sends', 'identity', 'own_retries', 'resuming'],
  'client/cooldown': ['lib', 'queued_sends'],
  'client/frame_fast_path': ['lib', 'repeated_frames', 'counting'],
  'client/own_retries': ['own_retries', 'queued_sends', 'client'],
  'client/send_delay': ['queued_sends', 'own_retries', 'client'],
}
// `generator` needs a feature, `browser` a browser, `architecture` reads the sources; none is about what these modules do.
const every = readdirSync(join(root, 'tests')).filter((name) => name.endsWith('.rs') && !/^(architecture|generator|browser)/.test(name)).map((name) => name.slice(0, -3)).concat('lib')
// Without debug information a build takes half as long.
const env = { ...process.env, CARGO_PROFILE_TEST_DEBUG: 'false', CARGO_PROFILE_DEV_DEBUG: 'false' }
const host = execFileSync('rustc', ['-vV'], { encoding: 'utf8' }).match(/host: (.*)/)[1]
const tree = lean()

for (const module of process.argv.slice(2)) {
  const [name, file] = module.split('/')
  if (!quick[name]) throw new Error(`no module ${name}: ${Object.keys(quick).join(', ')}`)
  const apart = Object.keys(quick).filter((key) => !file && key.startsWith(`${name}/`))
  const files = file ? [`--file=src/${name}/${file}.rs`] : [`--file=src/${name}.rs`, `--file=src/${name}/**/*.rs`, ...apart.map((key) => `--exclude=src/${key}.rs`)]
  const out = join(root, 'target/mutants', module.replace('/', '-'))
  mkdirSync(out, { recursive: true })
  keep(out)
  ask(out, files, process.env.MUTANTS_TESTS?.split(' ') ?? quick[module] ?? quick[name], 30)
  keep(out)
  if (!process.env.MUTANTS_QUICK && read(out, 'mutants.out/missed').length > 0) {
    ask(out, files, every, 90)
    keep(out)
  }
  const survived = read(out, 'mutants.out/missed')
  const [caught, timeout, unviable] = ['caught', 'timeout', 'unviable'].map((kind) => read(out, kind).length)
  console.log(`${module}: ${caught} caught, ${timeout} ran for ever, ${survived.length} survived, ${unviable} did not compile`)
  survived.forEach((mutant) => console.log(`   ${mutant}`))
}

/** `most`: the seconds that one test binary may compute. */
function ask(out, files, tests, most) {
  const last = join(out, 'mutants.out')
  const known = ['caught', 'timeout', 'unviable'].flatMap((kind) => read(out, kind))
  if (existsSync(last)) writeFileSync(join(last, 'previously_caught.txt'), known.map((line) => `${line}\n`).join(''))
  // Who takes all the memory there is must not take the machine along.
  const runner = join(out, 'runner.sh')
  writeFileSync(runner, `#!/bin/sh\nulimit -S -t ${most}\nulimit -v 8000000\nexec "$@"\n`)
  chmodSync(runner, 0o755)
  const limited = { ...env, [`CARGO_TARGET_${host.toUpperCase().replaceAll('-', '_')}_RUNNER`]: runner }
  spawnSync('cargo', ['mutants', '--dir', tree, '--iterate', '--output', out, '--jobs', process.env.MUTANTS_JOBS ?? '2', '--timeout', '1800', '--no-shuffle',
    ...files, ...tests.map((test) => `--cargo-arg=${test === 'lib' ? '--lib' : `--test=${test}`}`)], { cwd: root, stdio: 'inherit', env: limited })
}

/** cargo-mutants forgets what the round before the last one found out, and takes who ran for ever for caught. */
function keep(out) {
  const last = join(out, 'mutants.out')
  const endless = read(last, 'caught').length > 0 ? new Set(stopped(last)) : new Set()
  const found = {
    caught: read(last, 'caught').filter((mutant) => !endless.has(mutant)),
    timeout: [...read(last, 'timeout'), ...endless],
    unviable: read(last, 'unviable'),
  }
  for (const kind in found) {
    writeFileSync(join(out, `${kind}.txt`), [...new Set([...read(out, kind), ...found[kind]])].map((line) => `${line}\n`).join(''))
  }
}

/** Whose test binary the runner has stopped. */
function stopped(last) {
  const { outcomes } = JSON.parse(readFileSync(join(last, 'outcomes.json'), 'utf8'))
  const caught = outcomes.filter(({ summary, log_path }) => summary === 'CaughtMutant' && readFileSync(join(last, log_path), 'utf8').includes('(signal: 24'))
  return caught.map(({ scenario }) => scenario.Mutant.name)
}

function read(out, kind) {
  const path = join(out, `${kind}.txt`)
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
}

/** A copy of what the native tests are made of: without the server example's crates and the cdylib, which cost a build each time. */
function lean() {
  const tree = join(root, 'target/mutants/tree')
  rmSync(tree, { recursive: true, force: true })
  const paths = ['Cargo.toml', 'Cargo.lock', 'README.md', '.cargo', 'src', 'tests', 'examples/*.rs', 'examples/server']
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...paths], { cwd: root, encoding: 'utf8' })
  for (const path of listed.split('\n').filter((path) => path && existsSync(join(root, path)))) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    cpSync(join(root, path), join(tree, path))
  }
  const manifest = readFileSync(join(root, 'Cargo.toml'), 'utf8')
    .replace('crate-type = ["cdylib", "rlib"]', 'crate-type = ["rlib"]')
    .replace(/^(tokio|axum|tower-http|rusqlite|uuid|prometheus-client) = .*\n/gm, '')
  writeFileSync(join(tree, 'Cargo.toml'), manifest)
  return tree
}
