// Fuzzes each native target for some seconds: `node fuzz/run.mjs 20`. Findings are copied to tests/fixtures/findings, where
// tests/fuzz_regressions.rs reproduces them. No sanitizer: there is no `unsafe`, so the stable compiler is enough.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const seconds = Math.max(1, Math.round(Number(process.argv[2] ?? 20)))
const flags = ['-s', 'none', '--target-dir', join(process.env.CARGO_TARGET_DIR ?? 'target', 'fuzz')]

execFileSync(process.execPath, [join(root, 'fuzz/seed.mjs')], { stdio: 'inherit' })
execFileSync('cargo', ['fuzz', 'build', ...flags], { cwd: root, stdio: 'inherit' })
let found = 0
for (const target of ['decoder', 'json', 'client']) {
  const artifacts = join(root, 'fuzz/artifacts', target)
  rmSync(artifacts, { recursive: true, force: true })
  const began = performance.now()
  const { status, stderr } = spawnSync('cargo', [
    'fuzz', 'run', ...flags, target, '--', `-max_total_time=${seconds}`, '-dict=fuzz/corpus/words.dict', '-max_len=20000', '-timeout=20', '-rss_limit_mb=2048', '-verbosity=1', '-print_final_stats=1',
  ], { cwd: root, encoding: 'latin1', maxBuffer: 1 << 28, env: { ...process.env, RUST_BACKTRACE: '0' } })
  const runs = Number(/number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? 0)
  const took = ((performance.now() - began) / 1000).toFixed(0)
  console.log(`fuzz ${target}: ${runs} runs, ${status === 0 ? 0 : 1} findings, ${took} s`)
  if (status === 0) continue
  found++
  console.log(stderr.split('\n').filter((line) => !/^#\d+\t/.test(line)).slice(-40).join('\n'))
  const fixtures = join(root, 'tests/fixtures/findings', target)
  mkdirSync(fixtures, { recursive: true })
  for (const name of readdirSync(artifacts)) {
    copyFileSync(join(artifacts, name), join(fixtures, name.slice(0, 14)))
    console.log(`now a fixture: tests/fixtures/findings/${target}/${name.slice(0, 14)}; cargo test --test fuzz_regressions shows it`)
  }
}
process.exitCode = found > 0 ? 1 : 0
