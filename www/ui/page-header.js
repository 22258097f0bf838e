/** The header of the pages beside the demo: the way back, where the reader is, light or dark. */
import { el } from './dom.js'
import { createThemeSwitch } from './theme-switch.js'

/** `here`: the name of the page. */
export const createPageHeader = (here) => el('header', { class: 'top' },
  el('a', { href: './', class: 'home' }, el('img', { src: './icon.svg', alt: '', width: '24', height: '24' }), el('span', { class: 'brand' }, 'ai-stream-handler')),
  el('span', { class: 'here' }, here), el('span', { class: 'grow' }), createThemeSwitch().node)
