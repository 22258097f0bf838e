// The chat pages of examples/ in one project, target/packaging/chat-pages: copied, checked as strict TypeScript and built by Vite.
import { execFile } from 'node:child_process'
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { project } from '../packaging/projects.mjs'
import { root } from '../package/support.mjs'

const execute = promisify(execFile)

/** In pinned versions, what the examples ask for, and two checkers of types. */
const dependencies = {
  vite: '8.3.8', typescript: '5.9.3',
  react: '19.3.1', 'react-dom': '19.3.1', '@types/react': '19.2.2', '@types/react-dom': '19.2.2',
  vue: '3.5.45', '@vitejs/plugin-vue': '6.0.11', 'vue-tsc': '3.3.14',
  svelte: '5.57.3', '@sveltejs/vite-plugin-svelte': '7.3.1', 'svelte-check': '4.7.8',
  'solid-js': '1.9.20', 'vite-plugin-solid': '2.11.14',
}

/** Name → what checks its types. */
export const pages = {
  'react-chat': ['tsc', '-p', '.'],
  'vue-chat': ['vue-tsc', '-p', '.'],
  'svelte-chat': ['svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  'solid-chat': ['tsc', '-p', '.'],
}

/** Copies the examples into the project. Returns its folder. */
export async function copied() {
  const folder = await project('chat-pages', { sources: [], dependencies })
  for (const name of Object.keys(pages)) {
    rmSync(join(folder, name), { recursive: true, force: true })
    cpSync(join(root, 'examples', name), join(folder, name), { recursive: true, filter: (path) => !path.includes('node_modules') })
  }
  return folder
}

/** What a page asks for that the project does not have. */
export function missing(name) {
  const { dependencies: asked, devDependencies } = JSON.parse(readFileSync(join(root, 'examples', name, 'package.json'), 'utf8'))
  return Object.keys({ ...asked, ...devDependencies }).filter((one) => !(one in dependencies) && one !== 'ai-stream-handler')
}

/** Runs a tool of the project in one of its pages. Resolves with what it printed. */
export async function runIn(folder, name, [program, ...args]) {
  const run = execute(join(folder, 'node_modules/.bin', program), args, { cwd: join(folder, name), maxBuffer: 1 << 26, env: { ...process.env, NODE_ENV: '' } })
  const { stdout, stderr } = await run.catch((error) => { throw new Error(`${program} in ${name}: ${error.stdout}\n${error.stderr}`) })
  return stdout + stderr
}
