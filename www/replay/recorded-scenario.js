/** Scenarios that were recorded, or scripted for this page: their bytes go into the page's handler leg by leg, spoiled where chaos is chosen. */
import { loadStream } from './scenario-list.js'

/** `page`: what is on show. `views`: `{ chaos, chat, flight, frame, stats }`. `first`: what answers where nobody is connected. */
export function createRecorded(page, { chaos, chat, flight, frame, stats }, first) {
  let last = 0

  /** Plays one leg of the scenario; without `text` the stream goes on where a pause had left it. */
  async function leg(part, text, of = page.scenario) {
    const [shown, number] = [page.scenario, ++last]
    const stream = await loadStream(of, part)
    // Someone may have chosen another scenario while this one was loading, or the same one once more.
    const isCurrent = () => number === last && shown === page.scenario && !page.live
    if (!isCurrent()) return
    stats.restart()
    chat.follow()
    if (!chaos.kind() || text === undefined) return page.player.play(stream, text)
    chaos.begin(page.handler.getSnapshot())
    const spoiled = chaos.spoil(stream)
    await page.player.play(spoiled, text)
    if (isCurrent() && !page.player.isPlaying()) chaos.judge(page.handler.getSnapshot(), chaos.reference(stream, spoiled, text))
  }

  return {
    async play(chosen) {
      page.leave()
      page.scenario = chosen
      page.player.stop()
      page.handler.clear()
      flight.watch(page.handler)
      page.set({ scenario: chosen.name })
      page.describe()
      frame.closeDrawer()
      await leg(chosen.name, chosen.says)
    },
    /** Behind a pause. */
    goOn: () => leg(page.scenario.continues),
    /** The user's own words, to nobody: a recording answers. */
    say(text) {
      page.leaveRecording()
      chat.follow()
      leg(first.name, text, first)
    },
  }
}
