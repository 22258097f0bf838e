// Waiting without a clock. A test waits for the condition it means, and asserts no upper bound of time: a machine that is busy
// with other work takes longer, and is not wrong.

/** Milliseconds until a test gives up what has to come. Only a test that fails takes that long. */
export const PATIENCE = 120_000

const pause = (ms) => new Promise((later) => setTimeout(later, ms))

/** Resolves with what `condition` returns as soon as that is truthy. */
export async function until(condition, what = String(condition), ms = PATIENCE) {
  const limit = performance.now() + ms
  for (;;) {
    const value = await condition()
    if (value) return value
    if (performance.now() > limit) throw new Error(`waited ${ms} ms in vain for ${what}`)
    await pause(5)
  }
}

/**
 * Lets what is under way in this process arrive: timers that are due, messages, what a server of the test's own answers. Many
 * short pauses instead of one long one, so that it is the same number of turns of the event loop on a busy machine.
 */
export async function settle(ms = 30) {
  for (let passed = 0; passed < ms; passed += 2) await pause(2)
}
