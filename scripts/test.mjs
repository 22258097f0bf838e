// Runs every check and every test, one stage after the other, and counts. `make test` calls it, with the tools on PATH.
//
// Each stage's output goes to the terminal and to target/test-logs/. A stage that fails does not keep the others from
// running, except those that need what it makes. A stage of tests in which no test ran has failed: wasm-pack, for
// one, ends with 0 when it found nothing to run in the browser.
//
// The last line is `N passed, N failed, N skipped`. A stage that fails without a failing test (it did not compile)
// counts as one failed; a stage that could not run as one skipped.
import { execFileSync, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const logs = join(root, 'target/test-logs')
const make = process.env.MAKE ?? 'make'

const stages = [
  { name: 'format', command: ['cargo', 'fmt', '--check'] },
  { name: 'clippy', command: ['cargo', 'clippy', '--all-targets', '--features', 'generator', '--', '-D', 'warnings'] },
  { name: 'clippy-wasm', command: ['cargo', 'clippy', '--target', 'wasm32-unknown-unknown', '--lib', '--', '-D', 'warnings'] },
  { name: 'clippy-decoder', command: ['cargo', 'clippy', '--target', 'wasm32-unknown-unknown', '--example', 'decoder', '--', '-D', 'warnings'] },
  { name: 'clippy-page', command: ['cargo', 'clippy', '--target', 'wasm32-unknown-unknown', '--example', 'page_backend', '--no-default-features', '--features', 'generator', '--', '-D', 'warnings'] },
  { name: 'dependencies', command: nodeTests('tests/dependencies'), count: countNode },
  { name: 'architecture-tools', command: [make, '--no-print-directory', 'architecture-tools'] },
  { name: 'architecture', command: nodeTests('tests/architecture'), count: countNode, needs: ['architecture-tools'] },
  { name: 'rust', command: ['cargo', 'test', '--features', 'generator', '--no-fail-fast'], count: countRust },
  { name: 'rust-browser', command: inBrowser(), count: countRust, env: { WASM_BINDGEN_TEST_TIMEOUT: '300' } },
  { name: 'package', command: [make, '--no-print-directory', 'demo-files'] },
  { name: 'docs', command: [make, '--no-print-directory', 'docs-pages'], needs: ['package'] },
  { name: 'docs-pages', command: nodeTests('tests/docs'), count: countNode, needs: ['package', 'docs'] },
  { name: 'npm-package', command: nodeTests('tests/package'), count: countNode, needs: ['package'] },
  { name: 'server', command: [make, '--no-print-directory', 'server-example'] },
  { name: 'server-routes', command: nodeTests('tests/server'), count: countNode, needs: ['package', 'server'] },
  { name: 'agentos', command: [make, '--no-print-directory', 'agentos'] },
  { name: 'agentos-runs', command: nodeTests('tests/agentos'), count: countNode, needs: ['package', 'server', 'agentos'] },
  { name: 'agent-ui', command: nodeTests('tests/agent-ui'), count: countNode, needs: ['package'] },
  { name: 'react', command: nodeTests('tests/react'), count: countNode, needs: ['package'] },
  { name: 'packaging', command: nodeTests('tests/packaging'), count: countNode, needs: ['package'] },
  { name: 'fuzz', command: nodeTests('tests/fuzz'), count: countNode, needs: ['package'] },
  { name: 'oracle', command: nodeTests('tests/oracle'), count: countNode, needs: ['package'] },
  { name: 'peers', command: [make, '--no-print-directory', 'resilience-peers'] },
  { name: 'resilience', command: nodeTests('tests/resilience'), count: countNode, needs: ['package', 'peers'] },
  { name: 'browser-pages', command: nodeTests('tests/e2e'), count: countNode, needs: ['package', 'server'] },
]

/** Which stages to run: all, or those named on the command line (`node scripts/test.mjs package npm-package`). */
const only = process.argv.slice(2)
const results = []

mkdirSync(logs, { recursive: true })
for (const [index, stage] of stages.entries()) {
  if (only.length > 0 && !only.includes(stage.name)) continue
  results.push(await runStage(stage, index + 1))
}
report()

async function runStage(stage, number) {
  const result = { name: stage.name, passed: 0, failed: 0, skipped: 0, seconds: 0, note: '' }
  const missing = results.find(({ name, failed }) => stage.needs?.includes(name) && failed > 0)
  if (missing) return { ...result, skipped: 1, note: `did not run: ${missing.name} failed` }
  const log = join(logs, `${number}-${stage.name}.log`)
  console.log(`\n━━ ${number}/${stages.length} ${stage.name}: ${stage.command.join(" ")}`)
  const began = Date.now()
  const { code, output } = await run(stage, log)
  result.seconds = (Date.now() - began) / 1000
  if (stage.count) Object.assign(result, stage.count(output))
  const ran = result.passed + result.failed
  if (stage.count && ran === 0) result.note = 'no test ran'
  else if (code !== 0 && result.failed === 0) result.note = `ended with ${code}`
  if (result.note) result.failed++
  if (result.failed > 0) result.note += `${result.note && '; '}see ${relative(root, log)}`
  return result
}

function run({ command: [program, ...args], env }, log) {
  return new Promise((done) => {
    const file = createWriteStream(log)
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const tee = (to) => (chunk) => {
      to.write(chunk)
      file.write(chunk)
      output += chunk
    }
    child.stdout.setEncoding('utf8').on('data', tee(process.stdout))
    child.stderr.setEncoding('utf8').on('data', tee(process.stderr))
    child.on('error', (error) => { output += error.message; console.error(error.message) })
    child.on('close', (code) => file.end(() => done({ code: code ?? 'a signal', output })))
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

function nodeTests(folder) {
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.mjs')).sort()
  return [process.execPath, '--test', '--test-reporter=spec', '--test-timeout=300000', ...files.map((name) => `${folder}/${name}`)]
}

function inBrowser() {
  const driver = process.env.CHROMEDRIVER ?? execFileSync('bash', ['-c', 'command -v chromedriver || true'], { encoding: 'utf8' }).trim()
  // no-install: wasm-bindgen is on PATH in the right version; nothing is to be fetched here.
  return ['wasm-pack', 'test', '--headless', '--chrome', '--chromedriver', driver, '--mode', 'no-install', '--', '--test', 'browser']
}

function report() {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  console.log('\n━━ all stages')
  for (const { name, passed, failed, skipped, seconds, note } of results) {
    const counts = passed + failed + skipped > 0 ? `${passed} passed, ${failed} failed, ${skipped} skipped` : 'ok'
    console.log(`   ${failed > 0 ? '✗' : skipped > 0 && passed === 0 ? '–' : '✓'} ${name.padEnd(14)} ${seconds.toFixed(0).padStart(4)} s  ${counts}${note && `  (${note})`}`)
  }
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
  // A stage that could not run has a failed one before it, so this is the whole condition.
  process.exitCode = sum('failed') > 0 ? 1 : 0
}
