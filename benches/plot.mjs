// Plots nanoseconds per byte against the length of the stream, on logarithmic axes. A flat line is linear growth.
import { writeFileSync } from 'node:fs'

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 380, 56, 178, 40, 44]
const COLORS = ['#0b6bcb', '#c2410c', '#6d28d9', '#15803d', '#b91c5c', '#a16207', '#6b7280', '#9ca3af']

/** Writes an SVG. `{ title, result }`: of `growth` in benches/measure.mjs. */
export function plot({ title, result }, file) {
  const names = Object.keys(result[0].times)
  // Shorter than a browser's clock can tell is no point of a line.
  const all = result.flatMap(({ times }) => Object.values(times)).filter((ns) => ns > 0 && Number.isFinite(ns))
  const [low, high] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))]
  const [first, last] = [Math.log2(result[0].bytes), Math.log2(result.at(-1).bytes)]
  const x = (bytes) => LEFT + ((Math.log2(bytes) - first) / (last - first)) * (WIDTH - LEFT - RIGHT)
  const y = (ns) => HEIGHT - BOTTOM - ((Math.log10(ns) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM)
  const grid = Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)).map((ns) =>
    `<path d="M${LEFT} ${y(ns)}H${WIDTH - RIGHT}" class="grid"/><text x="${LEFT - 8}" y="${y(ns) + 4}" text-anchor="end">${Number(ns.toPrecision(1))}</text>`)
  const sizes = result.filter((_, at) => at % 2 === 0).map(({ bytes }) =>
    `<text x="${x(bytes)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${bytes < 1e6 ? `${Math.round(bytes / 1024)} KB` : `${Math.round(bytes / 2 ** 20)} MB`}</text>`)
  const lines = names.map((name, at) => {
    const points = result.filter(({ times }) => times[name]).map(({ bytes, times }) => [x(bytes), y(times[name])])
    return { name, color: COLORS[at % COLORS.length], end: points.at(-1), path: points.map(([a, b], index) => `${index ? 'L' : 'M'}${a.toFixed(1)} ${b.toFixed(1)}`).join('') }
  })
  // Labels at the ends of their lines, spaced so that none overlap.
  let below = 0
  const labels = lines.toSorted((a, b) => a.end[1] - b.end[1]).map(({ name, color, end }) => {
    below = Math.max(end[1] + 4, below + 15)
    return `<text x="${WIDTH - RIGHT + 10}" y="${below.toFixed(1)}" fill="${color}"${name === 'ours' ? ' font-weight="700"' : ''}>${name}</text>`
  })
  const paths = lines.map(({ name, color, path }) => `<path d="${path}" fill="none" stroke="${color}" stroke-width="${name === 'ours' ? 3 : 1.5}"/>`)
  writeFileSync(file, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Nanoseconds a byte against the length of the stream, ${title}">
<style>text{font:12px system-ui,sans-serif}.grid{stroke:#e5e7eb;fill:none}</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="22" font-weight="700">Nanoseconds a byte, by length of the stream (${title}; short deltas in chunks of 16 KB)</text>
${[...grid, ...sizes, ...paths, ...labels].join('\n')}
</svg>
`)
}
