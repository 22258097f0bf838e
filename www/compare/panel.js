/** One reader's panel: its text with errors marked, and the time it took. */
import { el, setText } from '../ui/dom.js'
import { count, diff } from './diff.js'
import { createSparkline } from './sparkline.js'

/** `id`: prefix of the test ids. `reader`: `{ begin, feed, end, text }`. */
export function createPanel(id, title, note, reader) {
  // Drawn as part of the reader's measured work; the marked copy above it is not.
  const plain = el('p', { class: 'panel-plain', 'aria-hidden': 'true' })
  const text = el('p', { class: 'panel-text', testid: `${id}-text`, dir: 'auto' })
  const verdict = el('p', { class: 'panel-verdict', testid: `${id}-verdict` })
  const sparkline = createSparkline(title)
  const cost = el('p', { class: 'panel-cost', testid: `${id}-cost` })
  const node = el('section', { class: 'panel', 'aria-label': title, testid: id },
    el('header', {}, el('h2', {}, title), verdict), el('p', { class: 'panel-note' }, note),
    el('div', { class: 'panel-box' }, text, plain), el('div', { class: 'panel-sparkline' }, sparkline.node), cost)
  let drawn

  const panel = {
    node,
    figures: null,
    begin() {
      panel.figures = { lost: 0, extra: 0, mostLost: 0, mostExtra: 0, wrongFor: 0, longest: 0, work: 0, late: 0 }
      drawn = undefined
      sparkline.reset()
      reader.begin()
      plain.textContent = ''
      panel.judge('', 0)
    },
    /** Feeds the chunks due in this animation frame and draws the text; measures both. */
    work(chunks, isEnd) {
      const began = performance.now()
      for (const chunk of chunks) reader.feed(chunk)
      if (isEnd) reader.end()
      setText(plain, reader.text())
      const ms = performance.now() - began
      const { figures } = panel
      sparkline.add(ms)
      figures.work += ms
      figures.longest = Math.max(figures.longest, ms)
      if (ms > 1000 / 60) figures.late++
    },
    /** Compares the text shown with the expected one; `seconds` since the last time. */
    judge(expected, seconds) {
      const { figures } = panel
      const shown = reader.text()
      const key = `${shown}\0${expected}`
      if (key !== drawn) {
        drawn = key
        const parts = diff(shown, expected)
        figures.lost = count(parts, 'lost')
        figures.extra = count(parts, 'extra')
        figures.mostLost = Math.max(figures.mostLost, figures.lost)
        figures.mostExtra = Math.max(figures.mostExtra, figures.extra)
        text.replaceChildren(...parts.map(marked))
        setText(verdict, verdictOf(figures))
        verdict.dataset.wrong = figures.lost + figures.extra > 0
      }
      if (figures.lost + figures.extra > 0) figures.wrongFor += seconds
      setText(cost, `longest frame ${ms(figures.longest)} · total ${ms(figures.work)}`)
      sparkline.draw()
    },
    conclude() {
      sparkline.describe(`the longest frame took ${ms(panel.figures.longest)}, all frames ${ms(panel.figures.work)}; ${panel.figures.late} were late`)
    },
    redraw: () => sparkline.draw(),
  }
  return panel
}

export function ms(value) {
  return value < 10 ? `${value.toFixed(1)} ms` : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

function verdictOf({ lost, extra }) {
  const parts = [lost > 0 && `${lost} lost`, extra > 0 && `${extra} extra`].filter(Boolean)
  return parts.join(', ') || 'correct'
}

const TITLES = { lost: 'lost', extra: 'should not be here' }

function marked({ kind, text }) {
  if (kind === 'same') return document.createTextNode(text)
  // Lost whitespace has to be visible.
  return el('mark', { class: kind, title: TITLES[kind] }, kind === 'lost' ? text.replaceAll(' ', '␣').replaceAll('\n', '⏎\n') : text)
}
