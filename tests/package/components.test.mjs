// listComponents(): what an AgentOS offers, or why it does not say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packed } from './support.mjs'

const lib = packed()
const answering = (routes, seen = []) => async (request) => {
  const { pathname, searchParams } = new URL(request.url)
  seen.push([pathname, request.headers.get('authorization'), request.mode, [...searchParams].length])
  const answer = routes[pathname]
  if (answer === undefined) return Response.json({ detail: 'Not Found' }, { status: 404 })
  return typeof answer === 'number' ? Response.json({ detail: 'no' }, { status: answer }) : Response.json(answer)
}
const list = (routes, seen) => lib.listComponents({ endpoint: 'http://os.test/', headers: { Authorization: 'Bearer x' }, fetch: answering(routes, seen) })

test('agents, teams and workflows, in the server’s order, with what it says of them; a kind that is missing is none', async () => {
  const seen = []
  const found = await list({
    '/agents': [{ id: 'b', name: 'Bea', description: 'Answers.', model: { name: 'Gemini', model: 'gemini-2.5', provider: 'Google' } }, { id: 'a', name: '', role: 'Asks.' }],
    '/teams': [{ id: 't' }, { name: 'nobody' }, null, 7],
  }, seen)
  assert.deepEqual(found, [
    { kind: 'agent', id: 'b', name: 'Bea', description: 'Answers.', model: 'gemini-2.5' },
    { kind: 'agent', id: 'a', name: 'a', description: 'Asks.' },
    { kind: 'team', id: 't', name: 't' },
  ])
  assert.deepEqual(seen.map(([path, authorization]) => [path, authorization]), [['/agents', 'Bearer x'], ['/teams', 'Bearer x'], ['/workflows', 'Bearer x']])
})

test('why not: a token is asked for, no AgentOS there, an error of the server, no JSON', async () => {
  const all = (answer) => ({ '/agents': answer, '/teams': answer, '/workflows': answer })
  await assert.rejects(list(all(401)), { httpStatus: 401, message: 'The server asks for a token, or does not accept this one (HTTP 401).' })
  await assert.rejects(list({}), { httpStatus: 404, message: 'There is a server, but no AgentOS at this address (HTTP 404).' })
  await assert.rejects(list({ ...all([]), '/teams': 500 }), { httpStatus: 500, message: 'The server answered with HTTP 500.' })
  await assert.rejects(lib.listComponents({ endpoint: 'http://os.test', fetch: async () => new Response('<html>') }), /no JSON/)
})

test('why not: nobody there, or somebody who does not allow this page', async () => {
  const nobody = async () => { throw new TypeError('Failed to fetch') }
  await assert.rejects(lib.listComponents({ endpoint: 'http://os.test', fetch: nobody }), { message: 'The server could not be reached.', httpStatus: undefined })
  const seen = []
  const strict = async (request) => {
    seen.push(request.mode)
    if (request.mode !== 'no-cors') throw new TypeError('Failed to fetch')
    return new Response('')
  }
  await assert.rejects(lib.listComponents({ endpoint: 'http://os.test/', fetch: strict }), /^RequestError: The server is there, but does not allow this page to read its answers \(CORS\)/)
  assert.equal(seen.at(-1), 'no-cors')
})
