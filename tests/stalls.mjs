// For `NODE_OPTIONS="--import …/tests/stalls.mjs"`: the test's process and, on Linux, those that it started (browsers, servers) stand
// still again and again, at random, for up to 0.65 s, as on a machine that is busy with something else. A test that bets on being faster
// than a server, a browser or a timer, or that they are faster than it, loses its bet.
import { readFileSync, readdirSync } from 'node:fs'

// Some tests forbid the modules of the package to ask for these.
const { process, performance, setTimeout } = globalThis

/** Milliseconds, at random. */
const upTo = (most) => Math.random() * most
const duration = () => 50 + upTo(600)
const pause = () => 20 + upTo(600)

function stall() {
  for (const end = performance.now() + duration(); performance.now() < end;);
  setTimeout(stall, pause()).unref()
}
setTimeout(stall, upTo(600)).unref()

const stopped = new Set()

function stopOthers() {
  const all = descendants()
  // All at once, as on a machine that sleeps; or some, so that they find each other changed.
  const chosen = Math.random() < 0.3 ? all : all.filter(() => Math.random() < 0.4)
  for (const id of chosen) signal(id, 'SIGSTOP')
  setTimeout(() => {
    for (const id of chosen) signal(id, 'SIGCONT')
    setTimeout(stopOthers, pause()).unref()
  }, duration()).unref()
}

function signal(id, name) {
  if (name === 'SIGSTOP') stopped.add(id)
  else stopped.delete(id)
  try {
    process.kill(id, name)
  } catch { /* It has ended. */ }
}

/** The processes that this one started, and those that they started. */
function descendants() {
  const parents = new Map()
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // The name, in parentheses, may have spaces.
      parents.set(Number(id), Number(readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1).split(' ')[1]))
    } catch { /* It has ended. */ }
  }
  const isOurs = (id) => id === process.pid || (id > 0 && parents.has(id) && isOurs(parents.get(id)))
  return [...parents.keys()].filter((id) => id !== process.pid && isOurs(id))
}

// Not in the runner, whose own processes are the tests.
if (process.platform === 'linux' && process.env.NODE_TEST_CONTEXT) {
  setTimeout(stopOthers, upTo(600)).unref()
  process.on('exit', () => [...stopped].forEach((id) => signal(id, 'SIGCONT')))
}
