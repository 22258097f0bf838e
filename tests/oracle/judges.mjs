// The browsers whose EventSource judges. Chromium is driven; any other is only opened on the page, which then asks the server what
// to do (`served.call`): no driver of its version is needed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch } from '../e2e/browser.mjs'
import { PATIENCE } from '../patience.mjs'

const onPath = (names) => names.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find(Boolean)

/** Opens `command` on the page; resolves with `{ call, stop }` when the page has answered. */
async function opened(served, command, args, env, folder) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'ignore', detached: true })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    // The browser is a family of processes; they are one group.
    try { process.kill(-child.pid, 'SIGKILL') } catch { /* it has ended */ }
    await gone
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const late = new Promise((_, failed) => setTimeout(failed, PATIENCE, new Error(`${command} does not open the page`)).unref())
    const ended = gone.then((code) => { throw new Error(`${command} ended with ${code}`) })
    await Promise.race([served.call('hello'), late, ended])
    ended.catch(() => {})
  } catch (error) {
    await stop()
    throw error
  }
  return { call: served.call, stop }
}

async function openChromium(served) {
  const browser = await launch()
  const page = await browser.newPage()
  page.setDefaultTimeout(10 * PATIENCE)
  await page.goto(`${served.urls[0]}/?driven`)
  await page.waitForFunction(() => globalThis.oracle)
  return { call: (name, ...args) => page.evaluate(([name, args]) => globalThis.oracle[name](...args), [name, args]), stop: () => browser.close() }
}

const QUIET = [
  'app.update.enabled', 'browser.shell.checkDefaultBrowser', 'datareporting.policy.dataSubmissionEnabled', 'toolkit.telemetry.enabled', 'browser.aboutwelcome.enabled',
  'extensions.update.enabled', 'app.normandy.enabled', 'network.captive-portal-service.enabled', 'network.connectivity-service.enabled', 'browser.safebrowsing.malware.enabled',
  'browser.safebrowsing.phishing.enabled', 'browser.safebrowsing.downloads.enabled', 'services.settings.enabled',
]

async function openFirefox(served) {
  const folder = mkdtempSync(join(tmpdir(), 'ai-stream-handler-firefox-'))
  // A page without a user is not slowed down, nor is anything fetched from elsewhere.
  writeFileSync(join(folder, 'user.js'), [...QUIET.map((name) => `user_pref("${name}", false);`), 'user_pref("dom.min_background_timeout_value", 4);'].join('\n'))
  return opened(served, JUDGES.Firefox.executable(), ['--headless', '--no-remote', '--profile', folder, served.urls[0]], { MOZ_HEADLESS: '1', HOME: folder }, folder)
}

const MINI_BROWSERS = ['x86_64', 'aarch64'].flatMap((cpu) => ['4.1', '4.0', '6.0'].map((version) => `/usr/lib/${cpu}-linux-gnu/webkit2gtk-${version}/MiniBrowser`))

async function openWebKit(served) {
  const folder = mkdtempSync(join(tmpdir(), 'ai-stream-handler-webkit-'))
  const args = ['-a', JUDGES.WebKit.executable(), '--private', served.urls[0]]
  return opened(served, 'xvfb-run', args, { HOME: folder, XDG_RUNTIME_DIR: folder, LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_COMPOSITING_MODE: '1' }, folder)
}

/**
 * `executable`: where it is, if it is there; `install`: how it gets there; `kind`: the way in which the streams are served to
 * it (SERVED in streams.mjs): around the
 * faults of its own; `faults`: each with a stream that shows it; `hasty`, `forgetful`: in
 * that the browser comes back, or comes back without an id. That WebKit does not know a byte order mark in pieces depends on the network.
 */
export const JUDGES = {
  Chromium: { executable: () => process.env.CHROMIUM || 'chromium', install: 'apt-get install chromium', open: openChromium, kind: 'chromium',
    faults: { 'a line end behind the byte order mark': 199 } },
  Firefox: { executable: () => process.env.FIREFOX || onPath(['firefox-esr', 'firefox']), install: 'apt-get install firefox-esr', open: openFirefox, kind: 'firefox',
    faults: { 'an id in a block without data': 1, 'a NUL': 2 }, hasty: { 'a retry without a value': 5 } },
  WebKit: { executable: () => onPath(['xvfb-run']) && (process.env.MINIBROWSER || MINI_BROWSERS.find(existsSync)), install: 'apt-get install webkit2gtk-driver xvfb xauth', open: openWebKit, kind: 'webkit',
    faults: {}, forgetful: { 'an id in a block without data': 87 } },
}
