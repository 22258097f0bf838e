/** Line icons on a 24 × 24 grid, in the color of the surrounding text. */

const PATHS = {
  agent: 'M12 3v3M7 9h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2ZM9.5 13.5v1M14.5 13.5v1',
  alert: 'M12 8v5M12 16.5v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
  blocks: 'M4 4.5h16v4H4ZM4 10.5h16v4H4ZM4 16.5h9v3H4Z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  chevron: 'M9 6l6 6-6 6',
  close: 'M6 6l12 12M18 6L6 18',
  compare: 'M4 5h7v14H4ZM13 5h7v14h-7ZM6.5 9h2M6.5 12h2M15.5 9h2M15.5 12h2',
  copy: 'M9 9V5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-4M4 10a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1Z',
  database: 'M5 6c0-1.7 3.1-3 7-3s7 1.3 7 3-3.1 3-7 3-7-1.3-7-3ZM5 6v12c0 1.7 3.1 3 7 3s7-1.3 7-3V6M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3',
  delegate: 'M5 5v6a4 4 0 0 0 4 4h10M15 11l4 4-4 4',
  down: 'M12 5v14M6 13l6 6 6-6',
  edit: 'M5 19l1-4L16.5 4.5l3 3L9 18l-4 1Z',
  menu: 'M4 7h16M4 12h16M4 17h10',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z',
  open: 'M12 15V4M7.5 8.5 12 4l4.5 4.5M5 15v3a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-3',
  pause: 'M9 6v12M15 6v12',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  plug: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0ZM12 17v4',
  previous: 'M15 6l-6 6 6 6',
  replay: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4',
  retry: 'M20 12a8 8 0 0 1-14.3 4.9M4 12A8 8 0 0 1 18.3 7.1M18.5 3v4.2h-4.2M5.5 21v-4.2h4.2',
  run: 'M8 5.5v13l10.5-6.5Z',
  save: 'M12 4v11M7.5 10.5 12 15l4.5-4.5M5 19.5h14',
  send: 'M12 19V5M6 11l6-6 6 6',
  spark: 'M12 3l1.8 5.2L19 10l-5.2 1.8L12 17l-1.8-5.2L5 10l5.2-1.8ZM18.5 16v4M16.5 18h4',
  step: 'M4 6h3v3H4ZM4 15h3v3H4ZM11 7.5h9M11 16.5h9',
  stepBack: 'M17 6v12l-8.5-6ZM6.5 6v12',
  stepOn: 'M7 6v12l8.5-6ZM17.5 6v12',
  stop: 'M7 7h10v10H7Z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  text: 'M5 7h14M5 12h14M5 17h8',
  up: 'M12 19V5M6 11l6-6 6 6',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5',
  tool: 'M14.5 6.5a4 4 0 0 1 5-1.2l-2.7 2.7 1.2 2.2 2.6-1.9a4 4 0 0 1-5.5 4.2L8.6 19a2.1 2.1 0 0 1-3-3l6.5-6.4a4 4 0 0 1 2.4-3.1Z',
}

const SVG = 'http://www.w3.org/2000/svg'

/** Decorative, hidden from screen readers: there is always a text or a label beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', PATHS[name])
  svg.append(path)
  return svg
}
