// Puts the demo, the documentation and the API reference into one folder for a static host: `make site`, into target/site.
//
//     node scripts/site.mjs [FOLDER]
//
// The demo's backend runs inside the page. Without target/docs (`make docs`) the folder has the demo only.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Returns whether the documentation is in it. */
export function assemble(folder) {
  for (const part of ['vendor/ai-stream-handler.js', 'vendor/page_backend.js', 'recordings/index.json']) {
    if (!existsSync(join(root, 'www', part))) throw new Error(`www/${part} is missing: run make demo-files`)
  }
  const docs = join(root, 'target/docs')
  // The part that is built last.
  const hasDocs = existsSync(join(docs, 'rust/ai_stream_handler/index.html'))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(join(root, 'www'), folder, { recursive: true })
  if (hasDocs) cpSync(docs, join(folder, 'docs'), { recursive: true })
  const backend = JSON.parse(readFileSync(join(root, 'www/backend.json'), 'utf8'))
  writeFileSync(join(folder, 'backend.json'), JSON.stringify({ ...backend, ...(hasDocs ? { docs: './docs/index.html' } : {}) }))
  // Some hosts leave out files whose names begin with an underscore unless they are told not to.
  writeFileSync(join(folder, '.nojekyll'), '')
  return hasDocs
}

if (process.argv[1] === import.meta.filename) {
  const folder = resolve(process.argv[2] ?? join(root, 'target/site'))
  const hasDocs = assemble(folder)
  console.log(`   ${relative(root, folder)}/index.html${hasDocs ? '' : ' (without documentation: run make docs)'}`)
}
