// The rules of rooms.mjs in dependency-cruiser's words. By hand, from the repository's root:
//
//     node tests/architecture/node_modules/.bin/depcruise --config tests/architecture/.dependency-cruiser.mjs pkg/src www
import { demoBase, demoRooms, demoStarts, packageFloors } from './rooms.mjs'

const escaped = (text) => text.replaceAll('.', '\\.')

const named = packageFloors.flat().filter((room) => room.endsWith('.ts') && room !== '*.ts')

/** Matches the files of a room of pkg/src. */
function packageRoom(room) {
  if (room === '*.ts') return `^pkg/src/(?!(${named.map(escaped).join('|')})$)[^/]+\\.ts$`
  return room.endsWith('.ts') ? `^pkg/src/${escaped(room)}$` : `^pkg/src/${room}/`
}

const downwards = packageFloors.flatMap((floor, at) => floor.map((room) => ({
  name: `${room}: only from rooms below`,
  severity: 'error',
  from: { path: packageRoom(room) },
  to: { path: '^pkg/src/', pathNot: [packageRoom(room), ...packageFloors.slice(at + 1).flat().map(packageRoom)] },
})))

const adapters = packageFloors.slice(0, 2).flat().map(packageRoom)

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no circles',
      comment: 'Imports of types count, too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...downwards,
    {
      name: 'adapters: types from types/',
      comment: 'What an adapter needs of the main entry is its functions.',
      severity: 'error',
      from: { path: adapters },
      to: { path: '^pkg/src/(index|slim)\\.ts$', dependencyTypes: ['type-only'] },
    },
    {
      name: 'adapters: one handler',
      comment: 'The build bundles whatever is not imported from the main entry: the handler and the module would be loaded twice.',
      severity: 'error',
      from: { path: adapters },
      to: { path: '^pkg/src/(wasm|handler/(?!method-names\\.ts$))', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'slim: without the module',
      severity: 'error',
      from: { path: '^pkg/src/slim\\.ts$' },
      to: { path: '^pkg/src/wasm/inlined-wasm\\.ts$', reachable: true },
    },
    {
      name: `www/${demoBase}: only from itself`,
      severity: 'error',
      from: { path: `^www/${demoBase}/` },
      to: { path: '^www/', pathNot: `^www/${demoBase}/` },
    },
    {
      name: 'www: nobody imports what starts a page',
      severity: 'error',
      from: { path: '^www/' },
      to: { path: demoStarts.map((file) => `^www/${escaped(file)}$`) },
    },
    {
      name: 'www: a script is in a room',
      severity: 'error',
      from: { path: '^www/' },
      to: { path: '^www/', pathNot: [`^www/(${[...demoRooms, demoBase].join('|')})/`, '^www/vendor/'] },
    },
    {
      name: 'www: no circles of rooms',
      severity: 'error',
      scope: 'folder',
      from: { path: '^www/' },
      to: { circular: true },
    },
  ],
  options: {
    // Of TypeScript: imports of types, which the compiler drops.
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '^pkg/generated/', '^www/(vendor|recordings)/'] },
    exclude: { path: '^www/(vendor|recordings)/' },
  },
}
