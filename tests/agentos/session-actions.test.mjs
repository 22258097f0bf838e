// Sessions forked, renamed and deleted, against the real AgentOS, where a run that ends writes back its own copy of the session.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { connected } from './support.mjs'

const { connect, stored, atRest } = connected()

const listed = async (options) => (await connect(options).loadSessions({ limit: 100 })).map(({ session_id, session_name }) => [session_id, session_name])

for (const [type, options] of [['agent', { agent: 'historian' }], ['agent', { agent: 'historian', background: true }], ['team', { team: 'panel' }], ['team', { team: 'panel', background: true }]]) {
  const name = `${type}, ${options.background ? 'background' : 'foreground'}`

  test(`a session that is renamed while a run is going on keeps its new name (${name})`, async () => {
    const handler = connect(options)
    const sent = handler.send('The first words [[plain n=30 ms=20]]')
    await until(() => handler.getSnapshot().sessionId, 'the session')
    const { sessionId } = handler.getSnapshot()
    const renamed = handler.renameSession(sessionId, 'Kaffe ☕')
    assert.equal(handler.getSnapshot().sessions.find(({ session_id }) => session_id === sessionId).session_name, 'Kaffe ☕')
    assert.equal(await sent, 'completed')
    await renamed
    assert.deepEqual((await listed(options)).find(([id]) => id === sessionId), [sessionId, 'Kaffe ☕'])
    await atRest(handler, options)
    assert.deepEqual((await listed(options)).find(([id]) => id === sessionId), [sessionId, 'Kaffe ☕'])
  })

  test(`a session that is deleted while a run is going on does not come back (${name})`, async () => {
    const handler = connect(options)
    const sent = handler.send('To be deleted [[plain n=30 ms=20]]')
    await until(() => handler.getSnapshot().sessionId, 'the session')
    const { sessionId } = handler.getSnapshot()
    const deleted = handler.deleteSession(sessionId)
    assert.equal(handler.getSnapshot().sessions.some(({ session_id }) => session_id === sessionId), false)
    assert.equal(await sent, 'completed')
    await deleted
    const { turns, sessionId: current, sessions } = handler.getSnapshot()
    assert.deepEqual([turns, current, sessions.some(({ session_id }) => session_id === sessionId)], [[], null, false])
    await atRest(handler, options)
    assert.equal((await listed(options)).some(([id]) => id === sessionId), false)
    await assert.rejects(connect(options).openSession(sessionId), { message: "There is no session with this id, or it is another user's.", httpStatus: 404 })
  })

  // Of a foreground run of another page, nobody can tell.
  if (options.background) test(`a session in which another handler's answer is running keeps the name given here, and does not come back (${name})`, async () => {
    const sessions = await Promise.all(['deleteSession', 'renameSession'].map(async (call) => {
      const handler = connect(options)
      await handler.send('The first words [[plain]]')
      await stored(handler, options)
      const { sessionId } = handler.getSnapshot()
      const other = connect(options)
      await other.openSession(sessionId)
      const sent = handler.send('Goes on [[plain n=60 ms=20]]')
      await until(() => handler.getSnapshot().turns[1]?.answer.content, 'the first words')
      await other[call](sessionId, 'Kaffe ☕')
      await sent
      return sessionId
    }))
    for (const sessionId of sessions) await atRest({ getSnapshot: () => ({ sessionId }) }, options)
    const found = await listed(options)
    assert.deepEqual(sessions.map((session) => found.find(([id]) => id === session)?.[1]), [undefined, 'Kaffe ☕'])
  })

  for (const left of ['cancel', 'clear', 'dispose']) {
    test(`a session whose answer was left does not come back, and keeps its new name: ${left} (${name})`, async () => {
      const sessions = await Promise.all(['deleteSession', 'renameSession'].map(async (call) => {
        const handler = connect(options)
        await handler.send('The first words [[plain]]')
        const { sessionId } = handler.getSnapshot()
        void handler.send('Left [[plain n=60 ms=20]]')
        await until(() => handler.getSnapshot().turns[1]?.answer.content, 'the first words')
        if (left !== 'dispose') handler[left]()
        const called = handler[call](sessionId, 'Kaffe ☕')
        if (left === 'dispose') handler.dispose()
        await called
        return sessionId
      }))
      // The runs have stored their ends.
      for (const sessionId of sessions) await atRest({ getSnapshot: () => ({ sessionId }) }, options)
      const found = await listed(options)
      assert.deepEqual(sessions.map((session) => found.find(([id]) => id === session)?.[1]), [undefined, 'Kaffe ☕'])
    })
  }

  test(`a session whose last run failed is marked after a reload (${name})`, async () => {
    const handler = connect({ ...options, retry: false })
    assert.equal(await handler.send(`Fail [[take key=m${name.length}${type}${options.background ?? ''} fail=1]]`), 'failed')
    const { sessionId } = handler.getSnapshot()
    await stored(handler, options)
    const reloaded = connect(options)
    const marked = () => reloaded.getSnapshot().sessions.find(({ session_id }) => session_id === sessionId)?.failed
    await reloaded.loadSessions()
    await until(marked, 'the mark')
    await reloaded.openSession(sessionId)
    assert.equal(marked(), true)
    assert.equal(await reloaded.regenerate(), 'completed')
    assert.equal(marked(), undefined)
  })

  test(`a copy has the same turns and versions, and goes on by itself (${name})`, async () => {
    const handler = connect(options)
    await handler.send(`Once [[take key=f${name.length}${type}${options.background ?? ''}]]`)
    await stored(handler, options)
    await handler.regenerate()
    await stored(handler, options)
    const copy = await handler.forkSession()
    const { sessionId, sessions, turns } = handler.getSnapshot()
    assert.ok(copy !== sessionId && sessions.some(({ session_id }) => session_id === copy))
    const opened = connect(options)
    assert.equal(await opened.openSession(copy), true)
    const seen = (list) => list.map(({ user, answer, versions }) => [user.content, answer.content, versions])
    assert.deepEqual(seen(opened.getSnapshot().turns), seen(turns))
    assert.equal(await opened.regenerate(), 'completed')
    assert.deepEqual(opened.getSnapshot().turns[0].versions, { index: 2, count: 3 })
    assert.equal(await connect(options).openSession(sessionId), true)
  })
}

test('what is refused changes nothing that is shown', async () => {
  const handler = connect({ agent: 'historian' })
  await assert.rejects(handler.forkSession(), { message: 'ai-stream-handler: forkSession(): there is no session yet' })
  await assert.rejects(connect({ workflow: 'pipeline' }).forkSession(), { message: /AgentOS has no such route for workflows$/ })
  await assert.rejects(handler.renameSession('nobody', 'x'), { httpStatus: 404 })
  await assert.rejects(handler.renameSession('', 'x'), { name: 'TypeError' })
  await assert.rejects(handler.renameSession('a'), { name: 'TypeError' })
  await assert.rejects(handler.deleteSession(), { name: 'TypeError' })
  await handler.deleteSession('nobody')
  await handler.send('Mine')
  const { sessionId, sessions } = handler.getSnapshot()
  const away = connect({ agent: 'historian', fetch: () => Promise.reject(new Error('away')) })
  away.load({ sessionId, messages: [] })
  await assert.rejects(away.deleteSession(sessionId), { message: 'The server could not be reached.' })
  await assert.rejects(handler.renameSession(sessionId, 'x'.repeat(3)).then(() => away.renameSession(sessionId, 'y')), { message: 'The server could not be reached.' })
  assert.equal(handler.getSnapshot().sessions.length, sessions.length)
})
