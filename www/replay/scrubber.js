/**
 * The bar above an opened recording: play, pause, step by frame, scrub to any moment; beside the chat, the frame inspector. The replay
 * player drives the page's handler, so the other views draw its snapshots as they do live.
 */
import { createPlayer } from '../vendor/ai-stream-handler-replay.js'
import { dateAndTime } from '../ui/clock.js'
import { el, setText, show } from '../ui/dom.js'
import { createFrameInspector, kindOf } from './frame-inspector.js'
import { icon } from '../ui/icons.js'

const SPEEDS = [0.02, 0.1, 0.25, 0.5, 1, 2, 4, 16]

/** `close()` leaves the recording. */
export function createScrubber({ close }) {
  let player = null
  let recording = null
  let handler
  let name = ''
  let animation
  const toggle = () => (player.isPlaying ? player.pause() : player.play())
  const play = el('button', { type: 'button', class: 'primary square', testid: 'transport-play', onclick: toggle })
  const button = (testid, label, symbol, run) => el('button', { type: 'button', class: 'quiet square', testid, 'aria-label': label, title: label, onclick: run }, icon(symbol))
  const slider = el('input', { type: 'range', min: '0', step: 'any', testid: 'scrubber', 'aria-label': 'Position in the recording' })
  const marks = el('div', { class: 'scrubber-marks', 'aria-hidden': 'true' })
  const clock = el('span', { class: 'scrubber-clock', testid: 'transport-clock' })
  const speed = el('select', { testid: 'transport-speed' }, ...SPEEDS.map((value) => el('option', { value }, `${value}×`)))
  const inspector = createFrameInspector({ seek: (count) => player.seekFrame(count) })
  const node = el('section', { class: 'scrubber', 'aria-label': 'Recording', hidden: true },
    el('div', { class: 'scrubber-buttons' },
      button('transport-back', 'One frame back', 'stepBack', () => player.step(-1)), play,
      button('transport-forward', 'One frame forward', 'stepOn', () => player.step(1))),
    el('div', { class: 'scrubber-track' }, marks, slider), clock,
    el('label', {}, el('span', { class: 'visually-hidden' }, 'Speed'), speed),
    button('transport-close', 'Close the recording', 'close', close))

  slider.addEventListener('input', () => player.seek(Number(slider.value)))
  slider.addEventListener('keydown', (event) => {
    if (event.key === ' ') {
      event.preventDefault()
      return toggle()
    }
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    player.step(step)
  })
  speed.addEventListener('change', () => (player.speed = Number(speed.value)))

  function draw() {
    cancelAnimationFrame(animation)
    if (!player) return
    const { position, duration, frame, isPlaying } = player
    slider.value = position
    const current = player.frames[frame - 1]
    const { status } = handler.getSnapshot()
    slider.setAttribute('aria-valuetext', `${position.toFixed(2)} of ${duration.toFixed(2)} seconds, frame ${frame} of ${player.frames.length}${current ? `, ${kindOf(current).name}` : ''}, ${status}`)
    slider.style.setProperty('--part', duration > 0 ? position / duration : 1)
    setText(clock, `${position.toFixed(2)} / ${duration.toFixed(2)} s`)
    if (play.dataset.plays !== String(isPlaying)) {
      play.dataset.plays = isPlaying
      play.replaceChildren(icon(isPlaying ? 'pause' : 'run'))
      play.setAttribute('aria-label', isPlaying ? 'Pause' : 'Play')
    }
    inspector.update(player)
    if (isPlaying) animation = requestAnimationFrame(draw)
  }

  return {
    node,
    inspector: inspector.node,
    isOpen: () => player !== null,
    recording: () => recording,
    now: () => player.now,
    skip: () => player.skip(),
    open(opened, openedHandler, title) {
      // Throws on an invalid recording, before anything is shown.
      player = createPlayer(openedHandler, opened)
      recording = opened
      handler = openedHandler
      name = title
      // A run of less than a second plays in slow motion.
      player.speed = player.duration > 0 && player.duration < 1 ? (player.duration < 0.1 ? 0.02 : 0.1) : 1
      speed.value = player.speed
      slider.max = Math.max(player.duration, 0.001)
      marks.replaceChildren(...ticks(player))
      player.subscribe(draw)
      show(node, true)
      show(inspector.node, true)
      document.body.classList.add('shows-recording')
      draw()
      player.play()
    },
    close() {
      player?.dispose()
      player = recording = null
      show(node, false)
      show(inspector.node, false)
      document.body.classList.remove('shows-recording')
    },
    /** For the toolbar. */
    copy() {
      const { dropped, redacted, startedAt } = recording
      const facts = [
        `${player.frames.length.toLocaleString()} ${player.frames.length === 1 ? 'frame' : 'frames'} in ${player.duration.toFixed(2)} s`,
        redacted && 'text redacted',
        dropped.runs + dropped.events > 0 && `${dropped.runs} earlier runs and ${dropped.events} events omitted`,
      ]
      return { heading: name, text: facts.filter(Boolean).join(' · '), origin: `Recorded ${dateAndTime(startedAt)}`, paced: false }
    },
  }
}

/** A mark per frame, at most one per third of a percent of the track. */
function ticks({ frames, duration }) {
  const places = new Map()
  for (const frame of frames) {
    const place = duration > 0 ? Math.round((frame.at / duration) * 300) / 3 : 0
    const { kind } = kindOf(frame)
    if (kind !== 'text' || !places.has(place)) places.set(place, kind)
  }
  return [...places].map(([place, kind]) => {
    const mark = el('i', { 'data-kind': kind })
    mark.style.insetInlineStart = `${place}%`
    return mark
  })
}
