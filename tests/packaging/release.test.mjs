// The release check finds what it is for, and the workflows name what exists.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { filesOf, findings, withAddresses } from '../../scripts/release-check.mjs'
import { root } from '../package/support.mjs'

const files = filesOf()
const { version } = JSON.parse(files.manifest)

describe('the release check', () => {
  test('versions and addresses of this tree agree', () => {
    assert.deepEqual(findings(files).wrong, [])
    assert.deepEqual(findings(files, `v${version}`).wrong, [])
  })

  test('another version in any one place is found', () => {
    const other = { cargo: ['version = "', 'version = "9.'], python: ['version = "', 'version = "9.'], manifest: ['"version": "', '"version": "9.'], changelog: [`## ${version}`, `## 9.${version}`] }
    for (const [file, [from, to]] of Object.entries(other)) {
      const { wrong } = findings({ ...files, [file]: files[file].replace(from, to) })
      assert.ok(wrong.length > 0 && wrong.every((text) => text.startsWith('version: ')), `${file}: ${wrong}`)
    }
    assert.match(findings(files, 'v9.9.9').wrong.join('\n'), /the tag 9\.9\.9/)
    assert.match(findings(files, version).wrong.join('\n'), /does not begin with v/)
  })

  test('another address in any one place is found', () => {
    for (const [file, from] of [['manifest', /"homepage": "[^"]*"/], ['manifest', /"bugs": \{ "url": "[^"]*"/], ['cargo', /^repository = ".*"/m], ['cargo', /^homepage = ".*"/m], ['cargo', /^documentation = ".*"/m]]) {
      const elsewhere = files[file].replace(from, (text) => text.replace(/https:[^"]*/, 'https://elsewhere.example/'))
      assert.notEqual(elsewhere, files[file])
      assert.match(findings({ ...files, [file]: elsewhere }).wrong.join('\n'), /elsewhere/, String(from))
    }
  })

  test('the placeholder and an undated changelog stand in the way of a release, and of nothing else', () => {
    const changelog = files.changelog.replace(/^## .*$/m, `## ${version} — 2026-01-31`)
    const filled = withAddresses({ ...files, changelog, manifest: files.manifest.replace(/https:\/\/github\.com\/[\w.-]+\//, 'https://github.com/Somebody/') })
    assert.deepEqual(findings(filled, `v${version}`), { wrong: [], open: [] })
    assert.match(filled.cargo, /^repository = "https:\/\/github\.com\/Somebody\/ai-stream-handler"$/m)
    assert.match(filled.manifest, /"homepage": "https:\/\/somebody\.github\.io\/ai-stream-handler\/"/)
    const placeholder = withAddresses({ ...filled, manifest: filled.manifest.replace('/Somebody/', '/OWNER/') })
    assert.deepEqual([findings(placeholder).wrong, findings(placeholder).open.length], [[], 1])
    const undated = { ...filled, changelog: changelog.replace('2026-01-31', 'unreleased') }
    assert.deepEqual([findings(undated).wrong, findings(undated).open.length], [[], 1])
  })
})

describe('the workflows', () => {
  const folder = join(root, '.github/workflows')
  const names = readdirSync(folder).filter((name) => name.endsWith('.yml')).sort()
  const read = (name) => readFileSync(join(folder, name), 'utf8')
  /** What a step runs, and what is set for it. */
  const texts = names.map((name) => [name, read(name).replace(/^\s*#.*$/gm, '')])

  test('there is one for every change, one for the site and one for a release', () => {
    assert.deepEqual(names, ['ci.yml', 'pages.yml', 'release.yml'])
  })

  test('they are YAML, with a trigger, permissions and jobs that run on something', (context) => {
    const pythons = [join(root, 'target/agentos/bin/python'), 'python3'].filter((python) => spawnSync(python, ['-c', 'import yaml']).status === 0)
    if (pythons.length === 0) return context.skip('no Python with PyYAML here (make agentos installs one): not parsed')
    for (const name of names) {
      const { status, stdout, stderr } = spawnSync(pythons[0], ['-c', 'import json, sys, yaml; print(json.dumps(yaml.load(sys.stdin, yaml.BaseLoader)))'], { input: read(name), encoding: 'utf8' })
      assert.equal(status, 0, `${name}: ${stderr}`)
      const workflow = JSON.parse(stdout)
      assert.ok(workflow.name && workflow.on, name)
      // Nothing but what a job asks for: the default would be whatever the repository's settings say.
      assert.deepEqual(workflow.permissions, { contents: 'read' }, name)
      for (const [id, job] of Object.entries(workflow.jobs)) {
        assert.ok(job['runs-on'] && job['timeout-minutes'] && job.steps.length > 0, `${name}: ${id}`)
        for (const needed of [job.needs ?? []].flat()) assert.ok(workflow.jobs[needed], `${name}: ${id} needs ${needed}`)
        for (const step of job.steps) assert.ok(Boolean(step.uses) !== Boolean(step.run), `${name}: ${id}: ${JSON.stringify(step)}`)
      }
    }
  })

  test('every make target and every file that they name exists', () => {
    const makefile = readFileSync(join(root, 'Makefile'), 'utf8')
    let targets = 0
    for (const [name, text] of texts) {
      for (const [, target] of text.matchAll(/\bmake ([a-z-]+)/g)) {
        assert.match(makefile, new RegExp(`^${target}:`, 'm'), `${name}: make ${target}`)
        targets++
      }
      for (const [path] of text.matchAll(/(?<![\w/.-])(scripts|\.ci)\/[\w./-]+/g)) assert.ok(existsSync(join(root, path)), `${name}: ${path}`)
      for (const [, glob] of text.matchAll(/hashFiles\(([^)]*)\)/g)) {
        for (const [, path] of glob.matchAll(/'([^'*]+)'/g)) assert.ok(existsSync(join(root, path)), `${name}: ${path}`)
      }
    }
    assert.ok(targets >= 4, `${targets} targets`)
  })

  test('actions are named with their major version, and no secret is given to a step that needs none', () => {
    for (const [name, text] of texts) {
      for (const [, action] of text.matchAll(/uses: (\S+)/g)) assert.match(action, /^[\w.-]+\/[\w./-]+@(release\/)?v\d+$/, name)
      if (name !== 'release.yml') assert.doesNotMatch(text, /secrets\./, name)
    }
  })
})
