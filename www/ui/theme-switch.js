/** Light or dark: the system's setting until the reader chooses, which is remembered. */
import { el } from './dom.js'
import { icon } from './icons.js'

const KEY = 'theme'
const system = matchMedia('(prefers-color-scheme: dark)')

export function createThemeSwitch() {
  const node = el('button', { type: 'button', class: 'quiet square', testid: 'theme' })
  let chosen = readChoice()

  function draw() {
    const dark = chosen ? chosen === 'dark' : system.matches
    if (chosen) document.documentElement.dataset.theme = chosen
    node.replaceChildren(icon(dark ? 'sun' : 'moon'))
    node.setAttribute('aria-label', dark ? 'Switch to light colors' : 'Switch to dark colors')
    node.onclick = () => {
      chosen = dark ? 'light' : 'dark'
      saveChoice(chosen)
      draw()
    }
  }
  system.addEventListener('change', draw)
  draw()
  return { node }
}

// Storage throws where the browser blocks it (private windows, file: URLs); the choice then lasts as long as the page.
function readChoice() {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function saveChoice(theme) {
  try {
    localStorage.setItem(KEY, theme)
  } catch {}
}
