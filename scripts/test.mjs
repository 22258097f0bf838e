// Runs the checks and tests in stages, and counts. `make test` runs all stages, `make check` the quick ones; both call this with
// the tools on PATH.
//
//   node scripts/test.mjs                    every stage
//   node scripts/test.mjs --check            the stages of `make check`
//   node scripts/test.mjs package server     these, in the order of the list below
//
// Two stages run at a time (STAGES=1: one after the other): most wait, for a browser, a timer or a socket. The terminal shows the
// output of one of them live and the other's when its turn comes; target/test-logs/ has each in a file of its own.
//
// `make test` runs failed test files of stages with a browser or a server once more, right after their stage: on a busy machine a
// browser can be slower than any timeout allows for. Tests that pass only then are listed at the end of the summary, to be
// investigated; otherwise they have failed. With SECOND=0, and in `make check`, nothing runs twice.
//
// A failed stage stops only the stages that need its result. A test stage in which no test ran has failed: wasm-pack, for one,
// exits with 0 when it finds nothing to run in the browser.
//
// The last line is `N passed, N failed, N skipped`. A stage that fails without a failing test (it did not compile, say) counts as
// one failure, a stage that could not run as one skipped.
import { execFileSync, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const logs = join(root, 'target/test-logs')
const WASM = ['--target', 'wasm32-unknown-unknown']

/**
 * In the order in which they start where nothing holds them back.
 *
 * `check`: part of `make check`, if a function with another command there. `needs`: stages whose result this one uses. `lane`: no
 * two stages of one lane run at a time (cargo would only wait for its own lock on target/debug). `count`: reads the numbers of
 * tests from the output. `second`: its files may run a second time.
 */
const stages = [
  { name: 'format', check: true, command: ['cargo', 'fmt', '--check'] },
  // `make check` needs no demo.
  { name: 'package', check: () => make('package'), command: make('demo-files') },
  { name: 'clippy', check: true, lane: 'cargo', command: cargo('clippy', '--all-targets', '--features', 'generator', '--', '-D', 'warnings') },
  { name: 'clippy-wasm', check: true, lane: 'cargo', command: cargo('clippy', ...WASM, '--lib', '--example', 'decoder', '--', '-D', 'warnings') },
  { name: 'clippy-page', check: true, lane: 'cargo', command: cargo('clippy', ...WASM, '--example', 'page_backend', '--no-default-features', '--features', 'generator', '--', '-D', 'warnings') },
  { name: 'types', check: true, needs: ['package'], command: ['tsc', '-p', 'pkg/tsconfig.json'] },
  { name: 'server', lane: 'cargo', command: make('server-example') },
  // The same cases in every run: a new case that fails is found by `make proof`, not by whoever changed something else.
  { name: 'rust', check: true, lane: 'cargo', command: cargo('test', '--features', 'generator', '--no-fail-fast'), count: countRust, env: { PROPTEST_RNG_SEED: process.env.PROPTEST_RNG_SEED ?? '1' } },
  // Most of these tests wait. `make test` runs their files one by one, because it has other stages to run meanwhile.
  { name: 'npm-package', check: () => nodeTests('tests/package', { files: 3 }), needs: ['package'], command: nodeTests('tests/package'), count: countNode },
  { name: 'dependencies', command: nodeTests('tests/dependencies'), count: countNode },
  { name: 'architecture-tools', check: true, command: make('architecture-tools') },
  { name: 'architecture', check: true, needs: ['architecture-tools'], command: nodeTests('tests/architecture'), count: countNode },
  { name: 'agentos', command: make('agentos') },
  { name: 'peers', command: make('resilience-peers') },
  { name: 'browser-pages', needs: ['package', 'server'], command: nodeTests('tests/e2e', { files: 3 }), second: true, count: countNode },
  { name: 'rust-browser', lane: 'cargo', command: inBrowser(), count: countRust, env: { WASM_BINDGEN_TEST_TIMEOUT: '600' } },
  { name: 'docs', needs: ['package'], lane: 'cargo', command: make('docs-pages') },
  { name: 'docs-pages', needs: ['package', 'docs'], command: nodeTests('tests/docs'), second: true, count: countNode },
  { name: 'agentos-runs', needs: ['package', 'server', 'agentos'], command: nodeTests('tests/agentos', { files: 2 }), second: true, count: countNode },
  { name: 'python', needs: ['package'], command: make('python-tests'), count: countPytest, env: { PYTHON_TESTS: 'quick' } },
  { name: 'server-routes', needs: ['package', 'server'], command: nodeTests('tests/server'), second: true, count: countNode },
  { name: 'agent-ui', needs: ['package'], command: nodeTests('tests/agent-ui'), count: countNode },
  { name: 'react', needs: ['package'], command: nodeTests('tests/react'), second: true, count: countNode },
  { name: 'frameworks', needs: ['package', 'server'], command: nodeTests('tests/frameworks'), second: true, count: countNode },
  { name: 'packaging', needs: ['package'], command: nodeTests('tests/packaging'), count: countNode },
  { name: 'markdown', needs: ['package'], command: nodeTests('tests/markdown'), count: countNode },
  { name: 'fuzz', needs: ['package'], command: nodeTests('tests/fuzz'), count: countNode },
  { name: 'oracle', needs: ['package'], command: nodeTests('tests/oracle'), count: countNode },
  { name: 'resilience', needs: ['package', 'peers'], command: nodeTests('tests/resilience'), count: countNode },
]

const isQuick = process.argv.includes('--check')
const chosen = chosenStages(process.argv.slice(2))
const atOnce = Number(process.env.STAGES ?? Math.min(2, availableParallelism()))
const results = new Map()
const running = []
const began = Date.now()

mkdirSync(logs, { recursive: true })
await new Promise((done) => next(done))
report()

function chosenStages(args) {
  const names = args.filter((arg) => arg !== '--check')
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name))
  if (unknown.length > 0) throw new Error(`no stage is called ${unknown.join(', ')}; there are ${stages.map(({ name }) => name).join(', ')}`)
  return stages.filter((stage) => (isQuick ? stage.check : names.length === 0 || names.includes(stage.name)))
    .map((stage) => (isQuick && typeof stage.check === 'function' ? { ...stage, command: stage.check() } : stage))
}

/** Starts what can start now; calls `done` when every chosen stage has its result. */
function next(done) {
  for (const stage of chosen) {
    if (results.has(stage.name) || running.includes(stage)) continue
    const needed = chosen.filter(({ name }) => stage.needs?.includes(name))
    const failed = needed.find(({ name }) => results.get(name)?.failed > 0 || results.get(name)?.didNotRun)
    if (failed) {
      results.set(stage.name, { passed: 0, failed: 0, skipped: 1, didNotRun: true, seconds: 0, note: `did not run: ${failed.name} failed` })
      return next(done)
    }
    if (running.length >= atOnce) return
    if (needed.some(({ name }) => !results.has(name)) || (stage.lane && running.some(({ lane }) => lane === stage.lane))) continue
    running.push(stage)
    runStage(stage).then((result) => {
      running.splice(running.indexOf(stage), 1)
      results.set(stage.name, result)
      running[0]?.show()
      next(done)
    })
  }
  if (running.length === 0) done()
}

async function runStage(stage) {
  const result = { passed: 0, failed: 0, skipped: 0, seconds: 0, note: '', passedSecond: [] }
  const log = join(logs, `${stages.findIndex(({ name }) => name === stage.name) + 1}-${stage.name}.log`)
  const since = Date.now()
  const { code, output } = await run(stage, stage.command, log)
  if (stage.count) Object.assign(result, stage.count(output))
  if (stage.count && result.passed + result.failed === 0) result.note = 'no test ran'
  else if (code !== 0 && result.failed === 0) result.note = `exit code ${code}`
  if (result.note) result.failed++
  else if (stage.second && result.failed > 0) await runAgain(stage, result, output, log)
  result.seconds = (Date.now() - since) / 1000
  if (result.failed > 0) result.note += `${result.note && '; '}see ${relative(root, log)}`
  return result
}

/** Runs the files of the failed tests again, unless many failed: that is no accident. */
async function runAgain(stage, result, output, log) {
  const failed = failedTests(output)
  if (isQuick || process.env.SECOND === '0' || failed.length !== result.failed || failed.length > 5) return
  const files = new Set(failed.map(({ file }) => file))
  const second = await run(stage, nodeTestFiles(files), log.replace('.log', '-second.log'))
  const { passed, failed: stillFailed } = stage.count(second.output)
  if (second.code !== 0 || passed === 0 || stillFailed > 0) return
  Object.assign(result, { passed: result.passed + result.failed, failed: 0, passedSecond: failed })
}

/** Runs a command of the stage. `stage.show()`: prints what it has written so far, and from then on what it writes. */
function run(stage, command, log) {
  const [program, ...args] = command
  let output = '', shown = false
  stage.show = () => {
    if (shown) return
    shown = true
    process.stdout.write(`\n━━ ${stage.name}: ${command.join(' ')}\n${output}`)
  }
  if (running[0] === stage) stage.show()
  return new Promise((done) => {
    const file = createWriteStream(log)
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...stage.env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const take = (text) => {
      output += text
      file.write(text)
      if (shown) process.stdout.write(text)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.on('error', (error) => take(`${error.message}\n`))
    child.on('close', (code) => {
      stage.show()
      if (running[0] !== stage) process.stdout.write(`\n━━ ${running[0].name}, continued\n`)
      file.end(() => done({ code: code ?? 'by a signal', output }))
    })
  })
}

/** `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once per test binary. */
function countRust(output) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const [, passed, failed, ignored] of output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    sum.passed += Number(passed)
    sum.failed += Number(failed)
    sum.skipped += Number(ignored)
  }
  return sum
}

/** The summary of node:test's spec reporter. */
function countNode(output) {
  const number = (name) => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(output)?.[1] ?? 0)
  return { passed: number('pass'), failed: number('fail') + number('cancelled'), skipped: number('skipped') + number('todo') }
}

/** `{ file, name }` of each, as the spec reporter lists them at its end. A file that did not finish is a test of its own name. */
function failedTests(output) {
  const list = output.slice(output.lastIndexOf('✖ failing tests:'))
  return Array.from(list.matchAll(/^test at (.+?):\d+:\d+\n✖ (.+?) \([\d.]+ms\)$/gm), ([, file, name]) => ({ file, name }))
}

/** The last line of pytest: `160 passed, 1 skipped in 10.70s`. */
function countPytest(output) {
  const last = output.match(/^[= ]*\d+ (?:passed|failed|skipped|errors?|deselected).* in [\d.]+s.*$/gm)?.at(-1) ?? ''
  const number = (name) => Number(new RegExp(`(\\d+) ${name}`).exec(last)?.[1] ?? 0)
  return { passed: number('passed'), failed: number('failed') + number('error'), skipped: number('skipped') }
}

function cargo(...args) {
  return ['cargo', ...args]
}

function make(target) {
  return [process.env.MAKE ?? 'make', '--no-print-directory', target]
}

/**
 * The test files of a folder. `files`: how many run at a time, for those that mostly wait.
 *
 * The timeout is node:test's for a whole file, and only a net: each wait inside of a test has a bound of its own.
 */
function nodeTests(folder, { files = 1 } = {}) {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.mjs')).sort()
  return nodeTestFiles(names.map((name) => `${folder}/${name}`), files)
}

function nodeTestFiles(names, atOnce = 1) {
  return [process.execPath, '--test', '--test-reporter=spec', '--test-timeout=3600000', `--test-concurrency=${atOnce}`, ...names]
}

function inBrowser() {
  const driver = process.env.CHROMEDRIVER ?? execFileSync('bash', ['-c', 'command -v chromedriver || true'], { encoding: 'utf8' }).trim()
  // no-install: wasm-bindgen is on PATH in the right version; nothing is to be downloaded here.
  return ['wasm-pack', 'test', '--headless', '--chrome', '--chromedriver', driver, '--mode', 'no-install', '--', '--test', 'browser']
}

function report() {
  const all = chosen.map(({ name }) => ({ name, ...results.get(name) }))
  const sum = (key) => all.reduce((total, result) => total + result[key], 0)
  console.log(`\n━━ all stages, ${((Date.now() - began) / 1000).toFixed(0)} s`)
  for (const { name, passed, failed, skipped, seconds, note } of all) {
    const counts = passed + failed + skipped > 0 ? `${passed} passed, ${failed} failed, ${skipped} skipped` : 'ok'
    console.log(`   ${failed > 0 ? '✗' : skipped > 0 && passed === 0 ? '–' : '✓'} ${name.padEnd(14)} ${seconds.toFixed(0).padStart(4)} s  ${counts}${note && `  (${note})`}`)
  }
  const second = all.flatMap(({ passedSecond }) => passedSecond ?? [])
  if (second.length > 0) console.log('\n━━ passed only on the second run: to be investigated')
  for (const { file, name } of second) console.log(`   ${file}: ${name}`)
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
  // A stage that could not run has a failed one before it, so this is the whole condition.
  process.exitCode = sum('failed') > 0 ? 1 : 0
}
