/** Light or dark: the system's choice until the reader makes one, which is remembered. */
import { el } from './dom.js'
import { icon } from './icons.js'

const KEY = 'theme'
const system = matchMedia('(prefers-color-scheme: dark)')

export function createTheme() {
  const node = el('button', { type: 'button', class: 'quiet square', testid: 'theme' })
  let chosen = remembered()

  function draw() {
    const dark = chosen ? chosen === 'dark' : system.matches
    if (chosen) document.documentElement.dataset.theme = chosen
    node.replaceChildren(icon(dark ? 'sun' : 'moon'))
    node.setAttribute('aria-label', dark ? 'Switch to light colours' : 'Switch to dark colours')
    node.onclick = () => {
      chosen = dark ? 'light' : 'dark'
      remember(chosen)
      draw()
    }
  }
  system.addEventListener('change', draw)
  draw()
  return { node }
}

// Storage throws where the browser blocks it (private windows, files): then the choice lasts as long as the page.
function remembered() {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function remember(theme) {
  try {
    localStorage.setItem(KEY, theme)
  } catch {}
}
