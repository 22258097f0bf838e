// Which folder may import from which. Listed from the top: a folder imports from itself and from lower layers, never from its
// neighbors in the same layer or from above.

/** Of pkg/src. A name that ends in .ts is an entry of its own; `*.ts` is every other entry. */
export const packageLayers = [
  ['*.ts'],
  ['react', 'frameworks', 'agent-ui', 'a11y', 'replay'],
  ['lazy', 'smooth'],
  // The main entry, which the adapters share: a page would load the module twice if they bundled their own handler.
  ['index.ts', 'slim.ts'],
  ['handler'],
  ['agentos'],
  ['snapshot'],
  ['markdown'],
  ['wasm'],
  ['types'],
]

/** Of www: what starts a page, what it shows, what all of that is made of. */
export const demoStarts = ['app.js', 'compare/app.js', 'compare/blocks/app.js', 'refusal/app.js']
export const demoFolders = ['shell', 'chat', 'chart', 'chaos', 'replay', 'live', 'compare', 'refusal']
export const demoBase = 'ui'

/** Lines of a source file, in pkg/src and www. */
export const MOST_LINES = 300
