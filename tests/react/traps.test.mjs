// The first hour with the hook: effects as ESLint wants them, wrong options, lists, shared conversations, countdowns.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { openPage } from '../e2e/browser.mjs'
import { backend, until } from '../package/support.mjs'
import { bundledSite } from './site.mjs'

const there = bundledSite()

const wait = (ms) => new Promise((done) => setTimeout(done, ms))

/** An AgentOS with two sessions, whose runs send a word every 20 ms. */
async function chatty(context, words = 60) {
  const served = await backend((request, response) => {
    if (request.path.startsWith('/sessions')) {
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: [1, 2].map((n) => ({ session_id: `s${n}`, session_name: `Session ${n}`, created_at: '2026-01-01T00:00:00Z' })) }))
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const base = { run_id: 'r', session_id: 's1', agent_id: 'a', agent_name: 'Ann', created_at: 1_795_452_000 }
    let sent = 0
    const timer = setInterval(() => {
      response.write(`data: ${JSON.stringify({ ...base, event: 'RunContent', content: `word${sent} ` })}\n\n`)
      if (++sent < words) return
      clearInterval(timer)
      response.end(`data: ${JSON.stringify({ ...base, event: 'RunCompleted', content: '' })}\n\n`)
    }, 20)
  })
  context.after(served.close)
  return served
}

for (const [react, mode] of [[18, 'development'], [19, 'development'], [19, 'production']]) {
  describe(`with React ${react}, ${mode}`, () => {
    let page, address
    const logged = []
    before(async () => {
      address = await there.build('traps.jsx', { react, mode })
    })
    const open = async (name, options) => {
      await page?.close()
      ;({ page } = await openPage(there.browser, there.site.url))
      logged.length = 0
      page.on('console', (message) => logged.push([message.type(), message.text()]))
      await page.goto(address)
      await page.waitForFunction(() => globalThis.page)
      await page.evaluate(([name, options]) => globalThis.page.show(name, options), [name, options])
    }
    const text = (selector) => page.textContent(selector)
    /** A page whose message was answered by the server at `url`, and is answered again: `New` is there. `outcome`: how that ends. */
    const answeringAgain = async (url) => {
      await open('Shared', { endpoint: url, agent: 'a', alone: true })
      await until(() => page.evaluate(() => Boolean(globalThis.page.hooks.main)))
      assert.equal(await page.evaluate(() => globalThis.page.hooks.main.send('hello')), 'completed')
      const outcome = page.evaluate(() => globalThis.page.hooks.main.regenerate())
      await until(async () => (await text('#one')) === 'hello|New')
      return { outcome }
    }

    test('an effect with the whole hook in its dependencies does not loop, idle or while an answer streams', async (context) => {
      const { url, requests } = await chatty(context)
      await open('Sessions', { endpoint: url, agent: 'a' })
      await until(async () => (await text('#sessions'))?.includes('Session 2'))
      const asked = (route = '') => requests.filter(({ path }) => path.startsWith('/sessions') && path.includes(route)).length
      const atRest = () => until(async () => {
        const before = asked()
        await wait(1000)
        return asked() === before
      }, 'no further request')
      await atRest()
      // What is known of the last run of each of the two sessions, and a list for each change that it brings.
      assert.equal(asked('/run-previews'), 2)
      assert.ok(asked() <= 6, `${asked()} requests`)
      const before = asked()
      assert.equal(await page.evaluate(() => globalThis.page.hooks.main.send('hello')), 'completed')
      await atRest()
      // One in five seconds while it runs, and its end.
      assert.ok(asked() - before <= 8, `${asked() - before} requests while 60 words streamed`)
    })

    test('a wrong option is thrown while rendering, with the name of the hook; in production it is ignored and logged', async () => {
      await open('Wrong', { apiUrl: 'http://x.test', agent: 'a' })
      if (mode === 'development') {
        await page.waitForSelector('#thrown')
        assert.equal(await text('#thrown'), 'useAIStreamHandler: there is no option apiUrl; did you mean endpoint?')
      } else {
        await page.waitForSelector('#one', { state: 'attached' })
        assert.ok(logged.some(([type, line]) => type === 'warning' && /^useAIStreamHandler: there is no option apiUrl.*ignored/.test(line)), JSON.stringify(logged))
      }
      await open('Wrong', { agent: 'a', team: 'b' })
      if (mode === 'development') {
        await page.waitForSelector('#thrown')
        assert.equal(await text('#thrown'), 'useAIStreamHandler: one of agent, team and workflow, not agent and team')
      } else {
        await page.waitForSelector('#one', { state: 'attached' })
        await page.evaluate(() => globalThis.page.hooks.main.begin('hello'))
        await until(async () => (await text('#one')).startsWith('hello'))
      }
      // The core would refuse these two, and is not loaded yet.
      await open('Wrong', { agent: 'a', retry: { maxRetries: -1 }, fallbacks: [{}] })
      if (mode === 'development') {
        await page.waitForSelector('#thrown')
        assert.equal(await text('#thrown'), 'useAIStreamHandler: retry.maxRetries must be a whole number from 0 to 100')
      } else {
        await page.waitForSelector('#one', { state: 'attached' })
        await page.evaluate(() => globalThis.page.hooks.main.begin('hello'))
        await until(async () => (await text('#one')).startsWith('hello'))
        for (const words of [/^useAIStreamHandler: retry\.maxRetries must be .*ignored/, /^useAIStreamHandler: each of fallbacks needs .*ignored/]) {
          assert.ok(logged.some(([type, line]) => type === 'warning' && words.test(line)), JSON.stringify(logged))
        }
      }
      await open('Nothing', null)
      if (mode === 'development') {
        await page.waitForSelector('#thrown')
        assert.equal(await text('#thrown'), 'useAIStreamHandler: takes an object of options, not null')
      } else await page.waitForSelector('#nothing')
      await open('Unfinished', {})
      await page.waitForSelector(mode === 'development' ? '#thrown' : '#nothing')
      if (mode === 'development') assert.equal(await text('#thrown'), 'useAIStreamHandler: onFinish must be a function, not string')
      await open('Provided', { agnet: 'a' })
      if (mode === 'development') {
        await page.waitForSelector('#thrown')
        assert.equal(await text('#thrown'), 'StreamProvider: there is no option agnet; did you mean agent?')
      }
    })

    test('of a list by ids one item renders when its message grows, and of the members the one that speaks', async () => {
      await open('List', {})
      await page.waitForSelector('#member', { state: 'attached' })
      await page.evaluate(() => {
        const { page } = globalThis
        page.hooks.main.load({ sessionId: null, messages: Array.from({ length: 20 }, (_, at) => ({ role: at % 2 ? 'agent' : 'user', content: `old ${at}` })) })
        page.hooks.main.begin('hello')
        page.frame('RunContent', { content: 'It' })
      })
      await page.waitForFunction(() => document.querySelectorAll('article').length === 22)
      const id = await page.evaluate(() => {
        globalThis.page.forget()
        return globalThis.page.hooks.main.getSnapshot().messages.at(-1).id
      })
      await page.evaluate(async () => {
        for (let at = 0; at < 20; at++) {
          globalThis.page.frame('RunContent', { content: ` ${at}` })
          await new Promise(requestAnimationFrame)
        }
      })
      await until(async () => (await text(`#${id}`)).endsWith(' 19'))
      const renders = await page.evaluate(() => ({ ...globalThis.page.renders }))
      assert.deepEqual(Object.keys(renders), [`Item ${id}`])
      await page.evaluate(async () => {
        const { page } = globalThis
        page.hooks.main.begin('and the weather?')
        page.frame('TeamRunStarted', { run_id: 't', team_id: 'team', team_name: 'Team', agent_name: undefined })
        const member = (name, agent_name, data) => page.frame(name, { run_id: agent_name, parent_run_id: 't', agent_id: agent_name, agent_name, ...data })
        for (const name of ['Weather', 'News']) member('RunStarted', name)
        member('RunContent', 'Weather', { content: 'Sunny.' })
        await new Promise((done) => setTimeout(done, 100))
        page.forget()
        for (const content of ['One. ', 'Two. ']) {
          member('RunContent', 'News', { content })
          await new Promise(requestAnimationFrame)
        }
      })
      await until(() => page.evaluate(() => document.body.textContent.includes('One. Two. ')))
      assert.equal(await text('#member'), 'Sunny.')
      assert.equal(await page.evaluate(() => globalThis.page.renders.Member), undefined)
    })

    test('a provider gives its components one conversation, and each renders for what it reads', async () => {
      await open('Provided', {})
      await page.waitForSelector('#status', { state: 'attached' })
      await page.evaluate(() => {
        globalThis.page.hooks.main.begin('hello')
        globalThis.page.frame('RunStarted')
      })
      await until(async () => (await text('#texts')).startsWith('hello'))
      await page.evaluate(() => globalThis.page.forget())
      await page.evaluate(async () => {
        for (const content of ['One. ', 'Two. ']) {
          globalThis.page.frame('RunContent', { content })
          await new Promise(requestAnimationFrame)
        }
        globalThis.page.frame('RunCompleted', { content: 'One. Two. ' })
      })
      await until(async () => (await text('#texts')) === 'hello|One. Two. ')
      const renders = await page.evaluate(() => ({ ...globalThis.page.renders }))
      assert.equal(renders.Status, undefined)
      assert.ok(renders.Texts >= 1)
      assert.equal(await page.evaluate(() => globalThis.page.hooks.main.handler === globalThis.page.hooks.other.handler), true)
      await until(async () => (await page.evaluate(() => globalThis.page.finished.length)) > 0)
      assert.deepEqual(await page.evaluate(() => globalThis.page.finished), [['provider', 'completed', 'One. Two. ']])
      await open('Outside', {})
      await page.waitForSelector('#thrown')
      assert.match(await text('#thrown'), /^useStream: there is no StreamProvider above this component$/)
    })

    test('onFinish is told that an answer asked for again was stopped, though the one before it is shown', async (context) => {
      const { url, close } = await backend((request, response) => {
        if (request.path.endsWith('/cancel')) return response.writeHead(200).end('{}')
        const again = request.path.endsWith('/continue')
        const base = { run_id: again ? 'r2' : 'r1', session_id: 's1', agent_id: 'a', created_at: 1_795_452_000 }
        const events = [{ event: again ? 'RunContinued' : 'RunStarted' }, { event: 'RunContent', content: again ? 'New' : 'Old' }]
        if (!again) events.push({ event: 'RunCompleted', content: 'Old' })
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(events.map((event) => `data: ${JSON.stringify({ ...base, ...event })}\n\n`).join(''))
        if (!again) response.end()
      })
      context.after(close)
      const { outcome } = await answeringAgain(url)
      await page.evaluate(() => globalThis.page.hooks.main.cancel())
      assert.equal(await outcome, 'cancelled')
      assert.equal(await text('#one'), 'hello|Old')
      assert.deepEqual(await page.evaluate(() => globalThis.page.finished), [['completed', 'Old', 't0'], ['cancelled', 'Old', 't0']])
    })

    test('onFinish is told of an answer asked for again in a turn further up that was stopped, or refused at once', async (context) => {
      let isRefused = false
      const { url, close } = await backend((request, response, number) => {
        if (request.path.endsWith('/cancel')) return response.writeHead(200).end('{}')
        const again = request.path.endsWith('/continue')
        if (again && isRefused) return response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}')
        const base = { run_id: `r${number}`, session_id: 's1', agent_id: 'a', created_at: 1_795_452_000 }
        const events = [{ event: again ? 'RunContinued' : 'RunStarted' }, { event: 'RunContent', content: again ? 'New' : `Old ${number}` }]
        if (!again) events.push({ event: 'RunCompleted', content: `Old ${number}` })
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(events.map((event) => `data: ${JSON.stringify({ ...base, ...event })}\n\n`).join(''))
        if (!again) response.end()
      })
      context.after(close)
      await open('Shared', { endpoint: url, agent: 'a', alone: true })
      await until(() => page.evaluate(() => Boolean(globalThis.page.hooks.main)))
      for (const message of ['one', 'two', 'three']) assert.equal(await page.evaluate((text) => globalThis.page.hooks.main.send(text), message), 'completed')
      const outcome = page.evaluate(() => globalThis.page.hooks.main.regenerate({ turn: 't0' }))
      await until(async () => (await text('#one')).startsWith('one|New|two'))
      await page.evaluate(() => globalThis.page.hooks.main.cancel())
      assert.equal(await outcome, 'cancelled')
      isRefused = true
      assert.equal(await page.evaluate(() => globalThis.page.hooks.main.regenerate({ turn: 't1' })), 'failed')
      const finished = await page.evaluate(() => globalThis.page.finished.map(([outcome, , id]) => [outcome, id]))
      assert.deepEqual(finished, [['completed', 't0'], ['completed', 't1'], ['completed', 't2'], ['cancelled', 't0'], ['failed', 't1']])
    })

    test('onFinish is told of an answer that ends while the user looks at the version before, and not earlier', async (context) => {
      let finish
      const { url, close } = await backend((request, response) => {
        if (request.path.endsWith('/cancel')) return response.writeHead(200).end('{}')
        const again = request.path.endsWith('/continue')
        const base = { run_id: again ? 'r2' : 'r1', session_id: 's1', agent_id: 'a', created_at: 1_795_452_000 }
        const write = (...events) => response.write(events.map((event) => `data: ${JSON.stringify({ ...base, ...event })}\n\n`).join(''))
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        write({ event: again ? 'RunContinued' : 'RunStarted' }, { event: 'RunContent', content: again ? 'New' : 'Old' })
        finish = () => {
          write({ event: 'RunContent', content: '.' }, { event: 'RunCompleted', content: again ? 'New.' : 'Old.' })
          response.end()
        }
        if (!again) finish()
      })
      context.after(close)
      const { outcome } = await answeringAgain(url)
      await page.evaluate(() => globalThis.page.hooks.main.showVersion('t0', 0))
      await until(async () => (await text('#one')) === 'hello|Old.')
      assert.equal(await page.evaluate(() => globalThis.page.finished.length), 1, 'it runs')
      finish()
      assert.equal(await outcome, 'completed')
      await until(() => page.evaluate(() => globalThis.page.finished.length > 1))
      assert.deepEqual(await page.evaluate(() => globalThis.page.finished.map(([outcome, , id]) => [outcome, id])), [['completed', 't0'], ['completed', 't0']])
    })

    test('an id shares a conversation until the last component is gone; onFinish is told once of each answer, and setMessages keeps the session', async (context) => {
      const { url } = await chatty(context, 3)
      await open('Shared', { endpoint: url, agent: 'a' })
      await page.waitForSelector('#two', { state: 'attached' })
      assert.equal(await page.evaluate(() => 'dispose' in globalThis.page.hooks.main), false)
      assert.equal(await page.evaluate(() => globalThis.page.hooks.other.send('hello')), 'completed')
      const said = 'hello|word0 word1 word2 '
      await until(async () => (await text('#one')) === said && (await text('#two')) === said)
      assert.deepEqual(await page.evaluate(() => globalThis.page.finished), [['completed', 'word0 word1 word2 ', 't0']])
      await page.evaluate((options) => globalThis.page.show('Shared', options), { endpoint: url, agent: 'a', alone: true })
      await page.waitForSelector('#two', { state: 'detached' })
      assert.equal(await text('#one'), said)
      await page.evaluate(() => globalThis.page.hooks.main.setMessages((messages) => messages.slice(0, 1)))
      await until(async () => (await text('#one')) === 'hello|')
      assert.equal(await page.evaluate(() => globalThis.page.hooks.main.getSnapshot().sessionId), 's1')
      assert.equal(await page.evaluate(() => globalThis.page.hooks.main.send('again')), 'completed')
      assert.equal(await page.evaluate(() => globalThis.page.finished.length), 2, 'what setMessages shows has not ended now')
      assert.equal(await page.evaluate(async () => {
        const { main } = globalThis.page.hooks
        const outcome = main.send('more')
        while (main.getSnapshot().status !== 'streaming') await new Promise((later) => setTimeout(later, 1))
        main.setMessages([{ role: 'user', content: 'x' }, { role: 'agent', content: 'y' }])
        return outcome
      }), 'cancelled')
      await until(async () => (await text('#one')) === 'x|y')
      assert.equal(await page.evaluate(() => globalThis.page.finished.length), 2, 'nor what it shows instead of an answer that runs')
      await page.evaluate(() => globalThis.page.show('Countdown', {}))
      await wait(50)
      await page.evaluate((options) => globalThis.page.show('Shared', options), { endpoint: url, agent: 'a' })
      await page.waitForSelector('#two', { state: 'attached' })
      assert.equal(await text('#one'), '', 'another conversation, as the last component was gone')
    })

    test('an id without the agent of the others is another conversation, and development says so', async () => {
      const warnings = () => logged.filter(([type, line]) => type === 'warning' && /^useAIStreamHandler: the id "chat" without the agent.*conversation of its own/.test(line)).length
      await open('Joined', { agent: 'a' })
      await page.waitForSelector('#joined', { state: 'attached' })
      await page.evaluate(() => globalThis.page.hooks.main.begin('hello'))
      await until(async () => (await text('#one')).startsWith('hello'))
      assert.equal(await text('#joined'), '')
      assert.equal(warnings() > 0, mode === 'development')
      await open('Joined', {})
      await page.waitForSelector('#joined', { state: 'attached' })
      await page.evaluate(() => globalThis.page.hooks.main.begin('hello'))
      await until(async () => (await text('#joined')).startsWith('hello'))
      assert.equal(warnings(), 0)
    })

    test('a countdown renders once a second, down to zero, and null without a wait', async () => {
      await open('Countdown', { wait: null })
      await until(async () => (await text('#countdown')) === 'null')
      const seen = await page.evaluate(async () => {
        const values = []
        globalThis.page.show('Countdown', { wait: { resumesAt: Date.now() / 1000 + 2.5 } })
        const until = Date.now() + 3500
        while (Date.now() < until) {
          const value = document.querySelector('#countdown').textContent
          if (value !== values.at(-1)) values.push(value)
          await new Promise(requestAnimationFrame)
        }
        return values
      })
      assert.deepEqual(seen.filter((value) => value !== 'null'), ['3', '2', '1', '0'])
      assert.ok(await page.evaluate(() => globalThis.page.renders.Countdown) < 20)
    })
  })
}
