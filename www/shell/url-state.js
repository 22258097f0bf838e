/** The part of the address after `#`: which scenario, at which speed, in which chunks; which live one; or which AgentOS. It makes a view linkable. */

const isNumber = (value) => Number(value) > 0 && Number(value) < Infinity

export function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1))
  const speed = given.get('speed')
  const chunks = given.get('chunks')
  return {
    scenario: given.get('scenario'),
    live: given.get('live'),
    target: targetOf(given),
    speed: speed === 'max' || isNumber(speed) ? speed : 'readable',
    chunks: chunks === 'whole' || (isNumber(chunks) && Number.isInteger(Number(chunks))) ? chunks : 'recorded',
  }
}

/** The AgentOS to connect to: where, and whom; that there was a token, and never which. */
function targetOf(given) {
  const [endpoint, kind, id] = ['os', 'kind', 'id'].map((name) => given.get(name))
  if (!endpoint || !id || !['agent', 'team', 'workflow', 'url'].includes(kind)) return null
  return { endpoint, kind, id, name: given.get('name') ?? id, background: given.has('background'), secret: given.has('token') }
}

/** Replaces the address without a step in the history: going back should leave the page, not rewind it. */
export function writeAddress({ scenario, live, target, speed, chunks }) {
  const parts = new URLSearchParams()
  if (scenario) parts.set('scenario', scenario)
  if (live) parts.set('live', live)
  if (target) {
    for (const [key, value] of [['os', target.endpoint], ['kind', target.kind], ['id', target.id], ['name', target.name]]) parts.set(key, value)
    if (target.background) parts.set('background', '')
    if (target.secret) parts.set('token', '')
  }
  if (speed !== 'readable') parts.set('speed', speed)
  if (chunks !== 'recorded') parts.set('chunks', chunks)
  const hash = parts.toString()
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search)
}
