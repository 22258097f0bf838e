/** One way of drawing an answer: the text, how many blocks the last token drew, and the time it took. */
import { createStreamHandler } from '../../vendor/ai-stream-handler.js'
import { el, setText } from '../../ui/dom.js'
import { addWork, describeWork, ms, NO_WORK } from '../cost.js'
import { createSparkline } from '../sparkline.js'

/**
 * `id`: prefix of the test ids. `draw(box, message)` draws what is new of the message into the box and returns the elements that it
 * has drawn; `forget()` starts over.
 */
export function createBlocksPanel(id, title, note, { draw, forget }) {
  const box = el('div', { class: 'panel-box text', tabindex: '0', role: 'region', 'aria-label': `The answer: ${title}`, testid: `${id}-text` })
  const count = el('strong', { testid: `${id}-count` })
  const sparkline = createSparkline(title)
  const cost = el('p', { class: 'panel-cost', testid: `${id}-cost` })
  const node = el('section', { class: 'panel', 'aria-label': title, testid: id },
    el('header', {}, el('h2', {}, title)), el('p', { class: 'panel-note' }, note), el('p', { class: 'block-count' }, count, ' drawn by the last token'), box, el('div', { class: 'panel-sparkline' }, sparkline.node), cost)
  let handler
  let marked = []
  let drawn = []

  const panel = {
    node,
    figures: null,
    begin() {
      panel.figures = { drawn: 0, blocks: 0, drawnInAll: 0, ...NO_WORK }
      handler?.dispose()
      handler = createStreamHandler({ notify: 'sync' })
      handler.begin('')
      forget()
      box.replaceChildren()
      marked = drawn = []
      sparkline.reset()
      panel.judge()
    },
    /** Feeds the frames due in this animation frame and draws; measures both, and the layout that follows from them. */
    work(frames, isEnd) {
      if (frames.length === 0) return
      const began = performance.now()
      for (const frame of frames) handler.feed(frame)
      if (isEnd) handler.end()
      drawn = draw(box, handler.getSnapshot().turns.at(-1).answer)
      void box.scrollHeight
      const took = performance.now() - began
      const { figures } = panel
      sparkline.add(took)
      addWork(figures, took)
      figures.drawn = drawn.length
      figures.blocks = box.children.length
      figures.drawnInAll += drawn.length
    },
    /** Shows the figures and marks what was drawn; not measured. */
    judge() {
      const { figures } = panel
      for (const block of marked) block.removeAttribute('data-drawn')
      for (const block of drawn) block.setAttribute('data-drawn', '')
      marked = drawn
      box.scrollTop = box.scrollHeight
      setText(count, `${figures.drawn} of ${figures.blocks} ${figures.blocks === 1 ? 'block' : 'blocks'}`)
      setText(cost, `main thread ${ms(figures.work)} · longest frame ${ms(figures.longest)}`)
      sparkline.draw()
    },
    conclude() {
      panel.judge()
      sparkline.describe(describeWork(panel.figures))
    },
    redraw: () => sparkline.draw(),
  }
  return panel
}
