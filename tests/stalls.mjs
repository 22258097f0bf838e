// For `NODE_OPTIONS="--import …/tests/stalls.mjs"`: the process stands still again and again, at random, for up to 0.65 s, as on a machine
// that is busy with something else. A test that bets on being faster than a server, a browser or a timer loses its bet.

/** Milliseconds, at random. */
const upTo = (most) => Math.random() * most

function stall() {
  for (const end = performance.now() + 50 + upTo(600); performance.now() < end;);
  setTimeout(stall, 20 + upTo(600)).unref()
}
setTimeout(stall, upTo(600)).unref()
