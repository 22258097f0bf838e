// The server example as a process of its own, on a free port of 127.0.0.1. `make server-example` builds it.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
export const binary = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/examples/server')

/** A place for a database; `remove` deletes it. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'ai-stream-handler-server-'))
  return { db: join(folder, 'sessions.sqlite'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Resolves with `{ url, log(), stop() }` once it listens. Tokens come 2 ms apart unless `args` say otherwise. */
export async function start(db, ...args) {
  const server = spawn(binary, ['--port', '0', '--db', db, '--www', join(root, 'www'), '--pace', '2', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  server.stderr.setEncoding('utf8').on('data', (text) => (log += text))
  const gone = new Promise((resolve) => server.once('exit', resolve))
  const url = await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.stdout.setEncoding('utf8').once('data', (line) => resolve(line.trim().replace(/\/$/, '')))
    gone.then((code) => reject(new Error(`the server ended with ${code}: ${log}`)))
  })
  return {
    url,
    log: () => log,
    async stop() {
      server.kill()
      await gone
    },
  }
}
