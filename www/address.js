/** The part of the address after `#`: which scenario, at which speed, in which chunks; or which live one. It makes a view linkable. */

const isNumber = (value) => Number(value) > 0 && Number(value) < Infinity

export function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1))
  const speed = given.get('speed')
  const chunks = given.get('chunks')
  return {
    scenario: given.get('scenario'),
    live: given.get('live'),
    speed: speed === 'max' || isNumber(speed) ? speed : 'readable',
    chunks: chunks === 'whole' || (isNumber(chunks) && Number.isInteger(Number(chunks))) ? chunks : 'recorded',
  }
}

/** Replaces the address without a step in the history: going back should leave the page, not rewind it. */
export function writeAddress({ scenario, live, speed, chunks }) {
  const parts = new URLSearchParams()
  if (scenario) parts.set('scenario', scenario)
  if (live) parts.set('live', live)
  if (speed !== 'readable') parts.set('speed', speed)
  if (chunks !== 'recorded') parts.set('chunks', chunks)
  const hash = parts.toString()
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search)
}
