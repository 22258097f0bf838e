// A part of the table: every fourth recording, 300 generated streams, the huge frame in larger pieces. All of it: make resilience. What others do is printed, not
// judged, but for the classic hook, which is written here: if it were right everywhere, the cases would say nothing.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { resilience, written } from './table.mjs'

let table
before(async () => { table = await resilience({ every: 4, streams: 300, piece: 16384 }) })

test('each case ends with the text, the number of events and the outcome that it should', (context) => {
  for (const { title, cells } of table.rows) assert.deepEqual(cells[0].wrong, [], title)
  for (const line of written(table).split('\n')) context.diagnostic(line)
})

test('the table has all rows, each with cases, and all readers of them', () => {
  assert.equal(table.names.length, 6)
  assert.equal(table.rows.length, 23)
  for (const { title, count, cells } of table.rows) {
    assert.ok(count > 0, title)
    assert.equal(cells.length, 6)
    assert.ok(cells.every((cell) => cell === null || cell.right + cell.wrong.length === count), title)
  }
  assert.equal(written(table).split('\n').length, 23 + 3)
})

test('the cases find what is lost: the classic hook does not come through', () => {
  for (const title of ['split after each byte', 'comments between frames', 'the same token twice (“ha ha”)', 'cut: no success, and what was said stays']) {
    const { cells, count } = table.rows.find((row) => row.title === title)
    assert.equal(cells[5].wrong.length, count, title)
  }
})
