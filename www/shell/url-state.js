/** The page's state in the URL's hash, so that a view can be linked: the scenario with speed and chunk size, the live scenario, or the AgentOS. */

const isPositive = (value) => Number(value) > 0 && Number(value) < Infinity

export function readUrlState() {
  const params = new URLSearchParams(location.hash.slice(1))
  const speed = params.get('speed')
  const chunks = params.get('chunks')
  return {
    scenario: params.get('scenario'),
    live: params.get('live'),
    target: readTarget(params),
    speed: speed === 'max' || isPositive(speed) ? speed : 'readable',
    chunks: chunks === 'whole' || (isPositive(chunks) && Number.isInteger(Number(chunks))) ? chunks : 'recorded',
  }
}

/** The AgentOS to connect to, or null. The URL says whether there was a token, never which. */
function readTarget(params) {
  const [endpoint, kind, id] = ['os', 'kind', 'id'].map((name) => params.get(name))
  if (!endpoint || !id || !['agent', 'team', 'workflow', 'url'].includes(kind)) return null
  return { endpoint, kind, id, name: params.get('name') ?? id, background: params.has('background'), secret: params.has('token') }
}

/** Replaces the URL without a history entry: Back should leave the page. */
export function writeUrlState({ scenario, live, target, speed, chunks }) {
  const params = new URLSearchParams()
  if (scenario) params.set('scenario', scenario)
  if (live) params.set('live', live)
  if (target) {
    for (const [key, value] of [['os', target.endpoint], ['kind', target.kind], ['id', target.id], ['name', target.name]]) params.set(key, value)
    if (target.background) params.set('background', '')
    if (target.secret) params.set('token', '')
  }
  if (speed !== 'readable') params.set('speed', speed)
  if (chunks !== 'recorded') params.set('chunks', chunks)
  const hash = params.toString()
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search)
}
