// Answers again, their versions, and what can be done with a session, against both backends of the demo.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { until } from '../package/support.mjs'
import { assertAccessible } from './accessibility.mjs'
import { backends, visit } from './live.mjs'

for (const name of ['server', 'page']) {
  describe(`the backend is ${name === 'server' ? 'a server' : 'inside the page'}`, () => {
    let site
    before(async () => (site = await backends[name]()))
    after(() => site?.close())

    /** A chat in which one message has been answered. */
    async function chat(text = 'A name for a cat?') {
      const view = await visit(site, '#live=chat')
      await view.say(text)
      await view.statusIs('completed')
      return { ...view, answers: () => view.page.locator('.turn .answer .text').allTextContents() }
    }

    test('try again: a second answer in the same place, and the first is one click away', async () => {
      const view = await chat()
      const [first] = await view.answers()
      assert.equal(await view.byId('version').isVisible(), false, 'there is one version only')
      await view.byId('again').click()
      await view.says('Once more: ')
      await view.statusIs('completed')
      assert.equal(await view.page.locator('.turn').count(), 1)
      assert.deepEqual([await view.byId('version').textContent(), await view.byId('version').getAttribute('aria-label')], ['2/2', 'Answer 2 of 2'])
      await view.page.getByRole('button', { name: 'Earlier answer' }).click()
      await until(async () => (await view.answers())[0] === first)
      assert.equal(await view.byId('version').textContent(), '1/2')
      assert.equal(await view.byId('version-before').isDisabled(), true)
      await view.byId('version-after').press('Enter')
      await view.says('Once more: ')
      view.assertClean()
    })

    test('try again is on every answer, and held back while one is running', async () => {
      const view = await chat()
      await view.say('slowly [[slow n=30 ms=60]]')
      await view.says('token 3')
      const [again] = await view.byId('again').all()
      assert.equal(await again.isDisabled(), true)
      await view.statusIs('completed')
      assert.equal(await view.byId('again').count(), 2)
      await again.click()
      await view.page.waitForFunction(() => document.querySelector('.turn .answer .text').textContent.startsWith('Once more: '))
      await view.statusIs('completed')
      assert.match((await view.answers())[1], /^token 1 /)
      view.assertClean()
    })

    test('an answer that failed is answered in place; a new answer that is stopped leaves the one before it, and says so', async () => {
      const view = await visit(site, '#live=chat')
      await view.say('hm [[fail times=1 text=Broken]]')
      await view.statusIs('failed')
      await view.byId('again').click()
      await view.statusIs('completed')
      await view.says('You said “hm”')
      assert.equal(await view.byId('version').isVisible(), false, 'the same run went on')
      await view.say('tale [[slow n=30 ms=60]]')
      await view.says('token 30')
      await view.statusIs('completed')
      await view.byId('again').last().click()
      await view.clickWhen('Once more: token 1 token 2', 'stop')
      await view.statusIs('cancelled')
      assert.match(await view.page.locator('.outcome').last().textContent(), /This is the one before it/)
      assert.equal(await view.byId('version').last().textContent(), '1/2')
      view.assertClean()
    })

    test('the retrying backend answers again as well; a recording, which has one answer, offers nothing', async () => {
      const view = await visit(site, '#live=server-retries')
      await view.say('hello')
      await view.statusIs('completed')
      await view.byId('again').click()
      await view.says('Once more: ')
      await view.byId('scenario-seedroute_seed_plain').click()
      await view.page.waitForFunction(() => !document.querySelector('.turn.running') && document.querySelector('.turn'))
      assert.equal(await view.byId('again').isVisible(), false)
      view.assertClean()
    })

    test('a message is edited: asked anew, what came after it is gone, and both are there as versions', async () => {
      const view = await chat('What is a cat?')
      await view.say('And a dog?')
      await view.says('You said “And a dog?”')
      await view.statusIs('completed')
      await view.page.getByRole('button', { name: 'Edit this message' }).first().press('Enter')
      assert.equal(await view.byId('edit-input').first().inputValue(), 'What is a cat?')
      await view.byId('edit-input').first().fill('What is a cow?')
      await view.page.keyboard.press('Enter')
      await view.says('You said “What is a cow?”')
      await view.statusIs('completed')
      const asked = () => view.page.locator('.user').allTextContents()
      assert.deepEqual(await asked(), ['What is a cow?'])
      assert.equal(await view.byId('version').textContent(), '2/2')
      await view.byId('version-before').click()
      await until(async () => (await asked()).length === 2)
      assert.deepEqual(await asked(), ['What is a cat?', 'And a dog?'])
      // The model continues with what it sees: the edited message.
      await view.say('What did I ask you before?')
      await view.says('You previously asked: “What is a cow?”.')
      await view.statusIs('completed')
      assert.deepEqual(await asked(), ['What is a cow?', 'What did I ask you before?'])
      view.assertClean()
    })

    test('Escape leaves a message as it is, and while an answer is running none can be edited', async () => {
      const view = await chat('slowly [[slow n=30 ms=60]]')
      await view.byId('edit').click()
      await view.byId('edit-input').fill('something else')
      await view.page.keyboard.press('Escape')
      assert.deepEqual(await view.page.locator('.user').allTextContents(), ['slowly'])
      await view.byId('again').click()
      await view.says('Once more: ')
      assert.equal(await view.byId('edit').count() === 0 || await view.byId('edit').isHidden(), true)
      await view.statusIs('completed')
      assert.equal(await view.byId('edit').isVisible(), true)
      view.assertClean()
    })

    test('a session is renamed, copied and deleted, by keyboard', async () => {
      const view = await chat()
      await until(async () => (await view.stored()).includes('A name for a cat?'))
      const more = () => view.page.getByRole('button', { name: /^Rename, copy or delete/ })
      await more().first().press('Enter')
      await view.page.keyboard.press('Enter')
      await view.byId('session-input').first().fill('Cats')
      await view.page.keyboard.press('Enter')
      await until(async () => (await view.stored())[0] === 'Cats')
      await view.page.getByRole('button', { name: 'Rename, copy or delete “Cats”' }).click()
      await view.byId('session-copy').first().click()
      await until(async () => (await view.stored()).length === 2)
      assert.deepEqual(await view.stored(), ['Cats', 'Cats'])
      await until(async () => (await view.byId('sessions-note').textContent()) === 'This is the copy.')
      assert.match((await view.answers())[0], /^You said “A name for a cat\?”/)
      const shown = (id) => view.page.locator('.sessions li[data-current]').getByTestId(id)
      await shown('session-more').click()
      await shown('session-delete').click()
      await shown('session-keep').click()
      assert.equal((await view.stored()).length, 2, 'asked before it is done')
      await shown('session-delete').click()
      await shown('session-really').click()
      await until(async () => (await view.stored()).length === 1)
      await until(async () => (await view.page.locator('.turn').count()) === 0)
      if (name === 'server') {
        await view.page.reload()
        await until(async () => (await view.stored()).length === 1)
        assert.deepEqual(await view.stored(), ['Cats'])
      }
      view.assertClean()
    })

    test('Escape leaves the name as it was, and an open session with two versions has both', async () => {
      const view = await chat()
      await view.byId('again').click()
      await view.says('Once more: ')
      await view.statusIs('completed')
      await view.byId('session-more').first().click()
      await view.byId('session-rename').first().click()
      await view.byId('session-input').first().fill('something else')
      await view.page.keyboard.press('Escape')
      assert.equal((await view.stored())[0], 'A name for a cat?')
      await view.byId('new-chat').click()
      await until(async () => (await view.page.locator('.turn').count()) === 0)
      await view.page.locator('.session').first().click()
      await view.says('Once more: ')
      assert.equal(await view.byId('version').textContent(), '2/2')
      view.assertClean()
    })
  })
}

test('axe finds nothing to object to in an answer with versions and an open session row', async () => {
  const site = await backends.page()
  const view = await visit(site, '#live=chat')
  try {
    await view.say('hello')
    await view.statusIs('completed')
    await view.byId('again').click()
    await view.says('Once more: ')
    await view.statusIs('completed')
    await view.byId('session-more').first().click()
    await assertAccessible(view.page, 'versions and a session row')
  } finally {
    await site.close()
  }
})
