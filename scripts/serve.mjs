// Serves a folder on 127.0.0.1, for the demo and the browser tests: `node scripts/serve.mjs www`.
//
// The port is PORT, else the first free one from 8080. Never reads outside the folder.
import { createReadStream, realpathSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.sse': 'application/octet-stream', // a recording, read as bytes
}

/** Resolves with `{ url, close }` once the server listens. `port` 0: any free one. */
export async function serve(folder, { port = 0, tries = 1 } = {}) {
  const root = realpathSync(folder)
  const server = createServer((request, response) => {
    const file = find(root, request.url)
    if (request.method !== 'GET' && request.method !== 'HEAD') return response.writeHead(405, { allow: 'GET, HEAD' }).end()
    if (!file) return response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n')
    response.writeHead(200, {
      'content-type': types[extname(file.path)] ?? 'application/octet-stream',
      'content-length': file.size,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    })
    if (request.method === 'HEAD') return response.end()
    createReadStream(file.path).on('error', () => response.destroy()).pipe(response)
  })
  for (let tried = 1; ; tried++, port++) {
    try {
      await new Promise((listening, failed) => server.once('error', failed).listen(port, '127.0.0.1', listening))
      break
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || tried >= tries) throw error
    }
  }
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((closed) => { server.close(closed); server.closeAllConnections() }),
  }
}

/** The requested file, or null if it is missing, hidden, or outside `root`. */
function find(root, url) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/)[0])
    if (path.includes('\0') || path.split(/[/\\]/).some((part) => part.startsWith('.'))) return null
    let file = realpathSync(resolve(root, '.' + path))
    if (statSync(file).isDirectory()) file = realpathSync(join(file, 'index.html'))
    const inside = file.startsWith(root + sep)
    return inside && statSync(file).isFile() ? { path: file, size: statSync(file).size } : null
  } catch {
    return null
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const wanted = Number(process.env.PORT || 8080)
  const { url } = await serve(process.argv[2] ?? 'www', { port: wanted, tries: process.env.PORT ? 1 : 100 })
  console.log(`\n   ${url}\n\n   Ctrl-C stops it.`)
}
