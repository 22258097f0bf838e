// Projects in which the packed package is tried: a folder each below target/packaging, where what was installed stays for the
// next time; the sources and the tarball are laid anew.
import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../free-port.mjs'
import { PATIENCE, root } from '../package/support.mjs'

const execute = promisify(execFile)
const here = import.meta.dirname

export const RECORDING = 'team_nested'

/** `sources`: folders of tests/packaging; `into`: where they go in the project; `dependencies`: pinned. */
export async function project(name, { sources, into = '', dependencies }) {
  const folder = join(root, 'target/packaging', name)
  // Nothing of the last time but what was installed.
  for (const old of existsSync(folder) ? readdirSync(folder) : []) {
    if (!['node_modules', 'package-lock.json', 'installed.json'].includes(old)) rmSync(join(folder, old), { recursive: true, force: true })
  }
  mkdirSync(join(folder, 'public'), { recursive: true })
  for (const source of sources) cpSync(join(here, source), join(folder, into), { recursive: true })
  cpSync(join(root, `tests/fixtures/recordings/${RECORDING}.sse`), join(folder, 'public/recording.sse'))
  const write = (more) => writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module', dependencies: { ...dependencies, ...more } }, null, 2))
  write()
  const lock = join(folder, 'node_modules/.package-lock.json')
  const wanted = JSON.stringify(dependencies)
  const mark = join(folder, 'installed.json')
  if (!existsSync(lock) || !existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder, maxBuffer: 1 << 26 })
    writeFileSync(mark, wanted)
  }
  await unpack(folder)
  // Tools read from here what the application uses: Svelte's plugin bundles such packages for the server.
  write({ 'ai-stream-handler': '*' })
  return folder
}

/** Lays the tarball into the project as npm would unpack it, without its opinion of what else is installed. */
export async function unpack(folder) {
  const [tarball, ...others] = readdirSync(join(root, 'pkg')).filter((file) => file.endsWith('.tgz'))
  if (!tarball || others.length) throw new Error('make package leaves one tarball in pkg/')
  const target = join(folder, 'node_modules/ai-stream-handler')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  await execute('tar', ['-xzf', join(root, 'pkg', tarball), '--strip-components=1', '-C', target])
}

/** Runs a tool of the project to its end; what it said. A warning that names the package is a failure. */
export async function tool(folder, name, ...args) {
  const { stdout, stderr } = await execute(join(folder, 'node_modules/.bin', name), args, {
    cwd: folder, maxBuffer: 1 << 26, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1' },
  }).catch((error) => { throw new Error(`${name} ${args.join(' ')}: ${error.stdout}\n${error.stderr}`) })
  return stdout + stderr
}

/** Starts a server of the project on a free port; resolves when it answers. */
export async function serving(folder, name, argsOf) {
  const port = await freePort()
  const child = spawn(join(folder, 'node_modules/.bin', name), argsOf(port), {
    cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', HOST: '127.0.0.1' },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text))
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    try { process.kill(-child.pid, 'SIGKILL') } catch { return }
    await gone
  }
  for (let waited = 0; waited < PATIENCE; waited += 100) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${log}`)
    if (await fetch(url).then((answer) => answer.ok, () => false)) return { url, log: () => log, stop }
    await new Promise((soon) => setTimeout(soon, 100))
  }
  await stop()
  throw new Error(`${name} does not answer: ${log}`)
}
