// What the tests of the server example share: a server and a database of its own for each test, and the package as the client.
import { afterEach, beforeEach } from 'node:test'
import { closedAfterEach, packed } from '../package/support.mjs'
import { scratch, start } from './start.mjs'

/**
 * The packed package (`lib`), and `server`, filled anew before each test; `restart` starts it again with the database that it has.
 * `connect` makes a handler that its test's end disposes of.
 */
export function connected(defaults = {}) {
  const lib = packed()
  const { handlers } = closedAfterEach()
  const server = {}
  let place
  const begin = async () => Object.assign(server, await start(place.db))
  beforeEach(async () => {
    place = scratch()
    await begin()
  })
  afterEach(async () => {
    await server.stop()
    place.remove()
  })
  return {
    lib, server,
    connect(options) {
      const handler = lib.createStreamHandler({ endpoint: server.url, notify: 'sync', ...defaults, ...options })
      handlers.push(handler)
      return handler
    },
    async restart() {
      await server.stop()
      await begin()
    },
    get: async (path) => (await fetch(server.url + path)).json(),
    /** POSTs the fields as a form that asks for a stream. */
    post: (path, fields, more = {}) => fetch(server.url + path, { method: 'POST', body: formOf({ stream: 'true', ...fields }), ...more }),
  }
}

export function formOf(fields) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}
