/** Work per animation frame: one bar per frame, and a line at the budget of a 60 Hz screen. */
import { el } from '../ui/dom.js'
import { BUDGET } from './cost.js'

/** Milliseconds at the top edge. Higher bars are cut off; the text below has their value. */
const TOP = 50
const BAR = 2

export function createSparkline(label) {
  const node = el('canvas', { class: 'sparkline', role: 'img', 'aria-label': `${label}: work in each animation frame` })
  const bars = []

  return {
    node,
    reset() {
      bars.length = 0
    },
    add: (ms) => bars.push(ms),
    /** Sets the label for screen readers, once the stream has ended. */
    describe: (text) => node.setAttribute('aria-label', `${label}: ${text}`),
    draw() {
      const { clientWidth: width, clientHeight: height } = node
      const scale = devicePixelRatio
      if (node.width !== width * scale || node.height !== height * scale) {
        node.width = width * scale
        node.height = height * scale
      }
      const style = getComputedStyle(node)
      const color = (name) => style.getPropertyValue(name)
      const context = node.getContext('2d')
      context.setTransform(scale, 0, 0, scale, 0, 0)
      context.clearRect(0, 0, width, height)
      const high = (ms) => Math.max(1, (Math.min(ms, TOP) / TOP) * height)
      const room = Math.max(1, Math.floor(width / (BAR + 1)))
      const shown = grouped(bars, room)
      shown.forEach((ms, at) => {
        context.fillStyle = color(ms > BUDGET ? '--spark-late' : '--spark-good')
        context.fillRect(at * (BAR + 1), height - high(ms), BAR, high(ms))
      })
      context.fillStyle = color('--spark-line')
      for (let x = 0; x < width; x += 6) context.fillRect(x, Math.round(height - high(BUDGET)), 3, 1)
    },
  }
}

/** At most `room` bars; each is the slowest of its frames. */
function grouped(bars, room) {
  const each = Math.ceil(bars.length / room)
  if (each <= 1) return bars
  return Array.from({ length: Math.ceil(bars.length / each) }, (_, at) => Math.max(...bars.slice(at * each, (at + 1) * each)))
}
