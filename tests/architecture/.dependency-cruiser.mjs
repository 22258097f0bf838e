// The rules of layers.mjs in dependency-cruiser's words. By hand, from the repository's root:
//
//     node tests/architecture/node_modules/.bin/depcruise --config tests/architecture/.dependency-cruiser.mjs pkg/src www
import { demoBase, demoFolders, demoStarts, packageLayers } from './layers.mjs'

const escaped = (text) => text.replaceAll('.', '\\.')

const named = packageLayers.flat().filter((folder) => folder.endsWith('.ts') && folder !== '*.ts')

/** Matches the files of a folder of pkg/src. */
function packagePath(folder) {
  if (folder === '*.ts') return `^pkg/src/(?!(${named.map(escaped).join('|')})$)[^/]+\\.ts$`
  return folder.endsWith('.ts') ? `^pkg/src/${escaped(folder)}$` : `^pkg/src/${folder}/`
}

const downwards = packageLayers.flatMap((layer, at) => layer.map((folder) => ({
  name: `${folder}: only from folders below`,
  severity: 'error',
  from: { path: packagePath(folder) },
  to: { path: '^pkg/src/', pathNot: [packagePath(folder), ...packageLayers.slice(at + 1).flat().map(packagePath)] },
})))

const adapters = packageLayers.slice(0, 2).flat().map(packagePath)

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
      name: 'lazy: the core by import() only',
      comment: 'What a lazy handler imports otherwise is part of what a page loads first.',
      severity: 'error',
      from: { path: '^pkg/src/lazy/' },
      to: { path: '^pkg/src/(index|slim|agentos/|wasm/|handler/(?!validate-options\\.ts$))', dynamic: false, dependencyTypesNot: ['type-only', 'type-import'] },
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
      name: 'www: a script is in a folder',
      severity: 'error',
      from: { path: '^www/' },
      to: { path: '^www/', pathNot: [`^www/(${[...demoFolders, demoBase].join('|')})/`, '^www/vendor/'] },
    },
    {
      name: 'www: no circles of folders',
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
