/** One reader's panel: its text with errors marked, the sum of the run, and the time it took. */
import { el, setText } from '../ui/dom.js'
import { addWork, describeWork, ms, NO_WORK } from './cost.js'
import { count, diff } from './diff.js'
import { createSparkline } from './sparkline.js'

/** `id`: prefix of the test ids. `reader`: `{ begin, feed, end, text }`. */
export function createPanel(id, title, note, reader) {
  // Drawn as part of the reader's measured work; the marked copy above it is not.
  const plain = el('p', { class: 'panel-plain', 'aria-hidden': 'true' })
  const text = el('p', { class: 'panel-text', testid: `${id}-text`, dir: 'auto' })
  const verdict = el('p', { class: 'panel-verdict', testid: `${id}-verdict` })
  const box = el('div', { class: 'panel-box', tabindex: '0', role: 'region', 'aria-label': `Text on screen: ${title}` }, text, plain)
  const sparkline = createSparkline(title)
  const cost = el('p', { class: 'panel-cost', testid: `${id}-cost` })
  const node = el('section', { class: 'panel', 'aria-label': title, testid: id },
    el('header', {}, el('h2', {}, title), verdict), el('p', { class: 'panel-note' }, note), box, el('div', { class: 'panel-sparkline' }, sparkline.node), cost)
  let drawn

  const panel = {
    node,
    figures: null,
    begin() {
      panel.figures = { lost: 0, extra: 0, mostLost: 0, mostExtra: 0, wrongFor: 0, ...NO_WORK }
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
      const took = performance.now() - began
      sparkline.add(took)
      addWork(panel.figures, took)
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
        box.scrollTop = box.scrollHeight
        setText(verdict, momentOf(figures))
        verdict.dataset.wrong = figures.lost + figures.extra > 0
      }
      if (figures.lost + figures.extra > 0) figures.wrongFor += seconds
      setText(cost, `longest frame ${ms(figures.longest)} · total ${ms(figures.work)}`)
      sparkline.draw()
    },
    /** The end of the run: its verdict is about all of it. */
    conclude() {
      setText(verdict, sumOf(panel.figures))
      verdict.dataset.wrong = panel.figures.mostLost + panel.figures.mostExtra > 0
      // Where something is wrong is what one wants to see; else the beginning.
      box.scrollTop = Math.max(0, (text.querySelector('mark')?.offsetTop ?? 0) - 12)
      sparkline.describe(describeWork(panel.figures))
    },
    redraw: () => sparkline.draw(),
  }
  return panel
}

/** While it streams. */
function momentOf({ lost, extra }) {
  const parts = [lost > 0 && `${lost} missing`, extra > 0 && `${extra} extra`].filter(Boolean)
  return parts.join(', ') || 'correct so far'
}

/** `wrong for 5.2 s, up to 24 characters missing; the last event repaired it` */
function sumOf({ lost, extra, mostLost, mostExtra, wrongFor }) {
  if (mostLost + mostExtra === 0) return 'right at every moment'
  const characters = (missing, over) => {
    const parts = [missing > 0 && `${missing} ${missing === 1 ? 'character' : 'characters'} missing`, over > 0 && `${over} extra`]
    return parts.filter(Boolean).join(', ')
  }
  if (lost + extra > 0) return `wrong at the end: ${characters(lost, extra)}`
  return `wrong for ${wrongFor.toFixed(1)} s, up to ${characters(mostLost, mostExtra)}; the last event repaired it`
}

const TITLES = { lost: 'missing', extra: 'should not be here' }

function marked({ kind, text }) {
  if (kind === 'same') return document.createTextNode(text)
  // Lost whitespace has to be visible.
  return el('mark', { class: kind, title: TITLES[kind] }, kind === 'lost' ? text.replaceAll(' ', '␣').replaceAll('\n', '⏎\n') : text)
}
