// The long proofs, one judge after the other; at the end a table of them. `make proof` calls it, with the tools on PATH. Each
// judge's own words go to the terminal and to target/proof/.
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { JUDGES } from '../tests/oracle/judges.mjs'

const root = join(import.meta.dirname, '..')
const logs = join(root, 'target/proof')
const files = (folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.mjs')).sort().map((name) => `${folder}/${name}`)
const nodeTests = (folder) => [process.execPath, '--test', '--test-reporter=spec', '--test-timeout=3600000', ...files(folder)]
const STREAMS = process.env.ORACLE_STREAMS ?? '20000'
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 120)

/** All numbers that the pattern's first group finds, added up. */
const sum = (output, pattern) => [...output.matchAll(pattern)].reduce((total, [, number]) => total + Number(number.replaceAll(',', '')), 0)
const failing = (output) => sum(output, /^ℹ fail (\d+)$/gm) + sum(output, /^test result: .* (\d+) failed/gm)

const proofs = [
  { judge: 'every interleaving of a small world, 7 moves deep (tests/model.rs)', name: 'model', env: { MODEL_DEPTH: '7' },
    command: ['cargo', 'test', '--release', '--test', 'model', '--', '--nocapture'], cases: (output) => [sum(output, /(\d+) moves, depth/g), 'moves'] },
  { judge: 'a naive decoder and reducer, 50,000 runs (tests/reference.rs, tests/reference_again.rs)', name: 'reference', env: { RUNS: '50000' },
    command: ['cargo', 'test', '--release', '--test', 'reference', '--test', 'reference_again', '--no-fail-fast'], cases: (output) => [sum(output, /^test result: .*? (\d+) passed/gm), 'tests'] },
  { judge: 'new generated cases (proptest; `make test` has the same in every run)', name: 'proptest',
    command: ['cargo', 'test', '--release', '--features', 'generator', '--test', 'bad_input', '--test', 'client', '--test', 'json_oracle', '--test', 'repeated_frames', '--lib'],
    cases: (output) => [sum(output, /^test result: .*? (\d+) passed/gm), 'tests'] },
  ...Object.entries(JUDGES).map(([browser, { executable, install }]) => ({
    judge: `${browser}'s EventSource (tests/oracle)`, name: `oracle-${browser}`, env: { ORACLE_STREAMS: STREAMS, ORACLE_BROWSER: browser },
    skip: !executable() && `not here; to install it: ${install}`, command: nodeTests('tests/oracle'), cases: (output) => [sum(output, /: (\d+) streams, \d+ events/g), 'streams'],
  })),
  { judge: 'AgentOS 3.1.10, cut and stopped at every frame (tests/agentos)', name: 'agentos', env: { AGENTOS: 'full', AGAIN: 'all' },
    command: nodeTests('tests/agentos'), cases: (output) => [sum(output, /faults survived: (\d+)/g), 'faults'] },
  { judge: 'libFuzzer (tests/targets)', name: 'fuzz', command: [process.execPath, 'fuzz/run.mjs', String(SECONDS / 6)], cases: (output) => [sum(output, /^fuzz \w+: (\d+) runs/gm), 'runs'] },
  { judge: 'spoiled streams through the package (tests/fuzz)', name: 'fuzz-package', env: { FUZZ_SECONDS: String((SECONDS * 3) / 8), FUZZ_SEED: process.env.FUZZ_SEED ?? String(Math.floor(Date.now() / 1000)) },
    command: nodeTests('tests/fuzz'), cases: (output) => [sum(output, /(\d+) streams from/g), 'streams'] },
  { judge: 'what each stream has to end as, next to others (tests/resilience)', name: 'resilience',
    command: [process.execPath, 'tests/resilience/table.mjs'], cases: (output) => [sum(output, /^resilience: (\d+) cases/gm), 'cases'] },
]

mkdirSync(logs, { recursive: true })
const only = process.argv.slice(2)
const rows = []
for (const proof of proofs.filter(({ name }) => only.length === 0 || only.includes(name))) {
  console.log(`\n━━ ${proof.judge}`)
  if (proof.skip) {
    console.log(proof.skip)
    rows.push([proof.judge, '–', proof.skip, '–'])
    continue
  }
  const began = performance.now()
  const { code, output } = await run(proof)
  const [count, unit] = proof.cases(output)
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  // A judge that has seen nothing has judged nothing.
  const found = code === 0 && count === 0 ? 'saw no case' : code === 0 ? '0' : `${failing(output) || 1}, see target/proof/${proof.name}.log`
  if (found !== '0') process.exitCode = 1
  rows.push([proof.judge, `${count.toLocaleString('en')} ${unit}`, found, `${seconds} s`])
}

console.log('\n| judge | cases | differences | time |\n| --- | --: | --: | --: |')
for (const row of rows) console.log(`| ${row.join(' | ')} |`)

function run({ name, command: [program, ...args], env }) {
  return new Promise((done) => {
    const file = createWriteStream(join(logs, `${name}.log`))
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const [stream, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      stream.setEncoding('utf8').on('data', (text) => {
        to.write(text)
        file.write(text)
        output += text
      })
    }
    child.on('error', (error) => { output += error.message; console.error(error.message) })
    child.on('close', (code) => file.end(() => done({ code: code ?? 1, output })))
  })
}
