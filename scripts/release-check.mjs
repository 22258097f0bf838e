// Whether this tree can be released: versions, addresses, changelog.
//
//   node scripts/release-check.mjs v0.1.0       a release of this tag: fails while anything is open
//   node scripts/release-check.mjs --dry-run    fails on contradictions; prints what is still open as notes
//   node scripts/release-check.mjs --write      writes the addresses that follow from the repository
//
// `repository.url` of pkg/package.json is the one place where the project's address is filled in. The other addresses follow from
// it: `homepage` and `bugs` there, `repository` and `homepage` of Cargo.toml. `documentation` is docs.rs.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')

/** What stands for the owner until the project has one. */
const PLACEHOLDER = 'OWNER'

/** The texts that are compared: of the working tree. */
export function filesOf(folder = root) {
  const read = (path) => readFileSync(join(folder, path), 'utf8')
  return {
    manifest: read('pkg/package.json'), cargo: read('Cargo.toml'), python: read('bindings/python/Cargo.toml'), changelog: read('CHANGELOG.md'),
  }
}

/** `{ wrong, open }`: what contradicts itself, and what has to be done before a release. `tag`: the release's, if there is one. */
export function findings({ manifest, cargo, python, changelog }, tag) {
  const wrong = []
  const open = []
  const npm = JSON.parse(manifest)

  const [, heading, state] = /^## (\S+)(?: — (.+))?$/m.exec(changelog) ?? []
  for (const [where, version] of [
    ['Cargo.toml', ofCargo(cargo, 'version')], ['bindings/python/Cargo.toml', ofCargo(python, 'version')], ['CHANGELOG.md', heading], ...(tag ? [['the tag', tag.replace(/^v/, '')]] : []),
  ]) {
    if (version !== npm.version) wrong.push(`version: pkg/package.json says ${npm.version}, ${where} ${version}`)
  }
  if (tag && !tag.startsWith('v')) wrong.push(`the tag ${tag} does not begin with v`)
  if (!/^\d{4}-\d\d-\d\d$/.test(state ?? '')) open.push(`CHANGELOG.md: ${heading} is ${state ?? 'undated'}; a release has its date there, as in "## ${heading} — 2026-01-31"`)

  const { npm: ofNpm, cargo: ofCrate } = addressesOf(npm.repository.url)
  for (const [key, wanted] of Object.entries(ofNpm)) {
    const said = key === 'bugs' ? npm.bugs?.url : npm[key]
    if (said !== wanted) wrong.push(`pkg/package.json: ${key} is ${said}, and from the repository follows ${wanted}`)
  }
  for (const [key, wanted] of Object.entries(ofCrate)) {
    const said = ofCargo(cargo, key)
    if (said !== wanted) wrong.push(`Cargo.toml: ${key} is ${said}, and from the repository follows ${wanted}`)
  }
  if (npm.repository.url.includes(`/${PLACEHOLDER}/`)) {
    open.push(`pkg/package.json: repository.url has the placeholder ${PLACEHOLDER}. Fill it in, then: node scripts/release-check.mjs --write`)
  }
  return { wrong, open }
}

/** The addresses that follow from the repository's. */
function addressesOf(repository) {
  const match = /^(?:git\+)?(https:\/\/github\.com\/([\w.-]+)\/([\w.-]+?))(?:\.git)?$/.exec(repository)
  if (!match) throw new Error(`pkg/package.json: repository.url is ${repository}, and no https://github.com/owner/name`)
  const [, base, owner, name] = match
  const homepage = `https://${owner.toLowerCase()}.github.io/${name}/`
  return {
    npm: { homepage, bugs: `${base}/issues` },
    cargo: { repository: base, homepage, documentation: 'https://docs.rs/ai-stream-handler' },
  }
}

/** A key of `[package]`. */
function ofCargo(cargo, key) {
  return new RegExp(`^${key} = "(.*)"$`, 'm').exec(cargo)?.[1]
}

/** The files with the addresses that follow from the repository's. */
export function withAddresses({ manifest, cargo, ...rest }) {
  const npm = JSON.parse(manifest)
  const { npm: ofNpm, cargo: ofCrate } = addressesOf(npm.repository.url)
  const next = { ...rest, manifest, cargo }
  // Line by line: the files keep their own form.
  next.manifest = next.manifest.replace(/^( {2}"homepage": ).*(,?)$/m, `$1${JSON.stringify(ofNpm.homepage)},`)
    .replace(/^( {2}"bugs": ).*(,?)$/m, `$1{ "url": ${JSON.stringify(ofNpm.bugs)} },`)
  for (const [key, value] of Object.entries(ofCrate)) next.cargo = next.cargo.replace(new RegExp(`^${key} = ".*"$`, 'm'), `${key} = "${value}"`)
  return next
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2))

function main(args) {
  const tag = args.find((arg) => !arg.startsWith('--'))
  if (args.includes('--write')) {
    const { manifest, cargo } = withAddresses(filesOf())
    writeFileSync(join(root, 'pkg/package.json'), manifest)
    writeFileSync(join(root, 'Cargo.toml'), cargo)
  }
  const { wrong, open } = findings(filesOf(), tag)
  const fatal = args.includes('--dry-run') || args.includes('--write') ? wrong : [...wrong, ...open]
  for (const text of wrong) console.error(`error: ${text}`)
  for (const text of open) console.error(`${fatal.includes(text) ? 'error' : 'note'}: ${text}`)
  if (fatal.length > 0) process.exitCode = 1
  else console.log(`release check: ${JSON.parse(filesOf().manifest).version}, nothing contradicts itself${open.length ? `, ${open.length} left to do` : ''}`)
}
