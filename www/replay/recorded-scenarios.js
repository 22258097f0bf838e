/** Replays recorded and scripted scenarios: feeds their bytes to the page's handler, with faults injected where chaos is chosen. */
import { loadStream } from './scenario-list.js'

/** `page`: the state of the page (app.js). */
export function createRecordedScenarios(page, { chaosPanel, layout, messageList, recorderControls, statusFooter }) {
  let latest = 0

  /** Plays one recorded connection of a scenario. Without `text` it continues a paused run. */
  async function playPart(part, text) {
    const { scenario } = page
    const [shown, number] = [page.scenario, ++latest]
    const stream = await loadStream(scenario, part)
    // While it loaded, another scenario may have been chosen, or the same one again.
    const isCurrent = () => number === latest && shown === page.scenario && !page.live
    if (!isCurrent()) return
    statusFooter.restart()
    if (page.pinsTop) messageList.stayAtTop()
    else messageList.follow()
    page.pinsTop = false
    if (!chaosPanel.kind() || text === undefined) return page.player.play(stream, text)
    chaosPanel.begin(page.handler.getSnapshot())
    const faulty = chaosPanel.injectFaults(stream)
    await page.player.play(faulty, text)
    if (isCurrent() && !page.player.isPlaying()) chaosPanel.judge(page.handler.getSnapshot(), chaosPanel.reference(stream, faulty, text))
  }

  return {
    async play(scenario) {
      page.leave()
      page.scenario = scenario
      page.player.stop()
      page.handler.clear()
      recorderControls.watch(page.handler)
      page.applySettings({ scenario: scenario.name })
      page.describe()
      layout.closeDrawer()
      await playPart(scenario.name, scenario.says)
    },
    /** Plays what follows a pause. */
    continueRun: () => playPart(page.scenario.continues),
  }
}
