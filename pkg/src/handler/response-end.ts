// An answer is shown as ended with its last frame. Its response ends a moment later (a proxy may hold it open for longer), and until then
// the core makes no other request.

import { delay } from './delay'
import type { CoreDriver } from './core-driver'

/** Whether an answer has ended whose response has not. */
export const isEnding = ({ isDisposed, snapshot, core }: CoreDriver): boolean => !isDisposed && !snapshot.isStreaming && core.isReading()

/** The wait between two looks: `while (isEnding(driver)) await moment()`. */
export const moment = () => delay(CHECK_MS)

const CHECK_MS = 20
