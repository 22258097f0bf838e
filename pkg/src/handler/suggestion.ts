// What was meant by an option that does not exist: names that people bring along from other libraries, and misspelled ones.

/** What to append to the error about the unknown option `name`; empty if nothing resembles it. */
export function suggestion(name: string, options: readonly string[]): string {
  const plain = name.toLowerCase().replace(/[_-]/g, '')
  const known = options.find((option) => option.toLowerCase() === plain) ?? brought(plain, NAMES) ?? options.find((option) => isMisspelled(plain, option.toLowerCase()))
  const hint = brought(plain, HINTS)
  return known ? `; did you mean ${known}?` : hint ? `; ${hint}` : ''
}

const brought = (name: string, names: Record<string, string>) => Object.keys(names).find((meant) => names[meant]!.split(' ').includes(name))

/** By option: what others call it. */
const NAMES = {
  endpoint: 'apiurl baseurl apibase apiendpoint host server serverurl backend', url: 'api', agent: 'agents agentid', team: 'teams teamid',
  workflow: 'workflows workflowid', sessionId: 'session threadid conversationid chatid', fields: 'body', notify: 'throttle',
  retry: 'retries maxretries', persist: 'storage', stall: 'timeout', log: 'debug',
}

/** By what to do instead: names of what is no option here. */
const HINTS = {
  'pass it in headers: { Authorization: `Bearer ${token}` }': 'token apikey authtoken accesstoken bearer auth authorization',
  'pass it in fields: { user_id: … }': 'user userid',
  'errors are in snapshot.error; onListenerError gets those of your own code': 'onerror',
  'await send(), which resolves with the outcome': 'onfinish oncomplete onend',
  'listen with subscribe()': 'onmessage onupdate onchange ondata onchunk',
  'show them with load()': 'messages initialmessages',
  'stop with cancel()': 'signal abortsignal abortcontroller',
}

/** Whether one letter is missing, too many, another one, or swapped with the next. */
function isMisspelled(name: string, option: string): boolean {
  if (Math.abs(name.length - option.length) > 1 || name.length < 4) return false
  let at = 0
  while (at < name.length && name[at] === option[at]) at++
  const [rest, wanted] = [name.slice(at), option.slice(at)]
  return rest.slice(1) === wanted || rest === wanted.slice(1) || rest.slice(1) === wanted.slice(1) || (rest.slice(2) === wanted.slice(2) && rest[0] === wanted[1] && rest[1] === wanted[0])
}
