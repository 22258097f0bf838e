/**
 * Attempts and retries, as people count them: attempt 1 is the first try, retry 1 of 3 starts attempt 2, and a wait that was cancelled
 * started nothing.
 */

/** What does not show that an attempt has begun: waits, and how a run ended. */
const NO_BEGINNING = /^(retry|resume|error|interrupted|fallback)$|cancelled$/i

const attemptOf = ({ details }) => details.attempt ?? 1

/** How many attempts of a turn have begun. */
export function attemptsBegun(timeline) {
  return Math.max(1, ...timeline.filter(({ eventType }) => !NO_BEGINNING.test(eventType)).map(attemptOf))
}

/** The number of the attempt that starts with this entry, else 0. */
export function startsAttempt(timeline, index) {
  const attempt = attemptOf(timeline[index])
  if (index === 0) return attempt
  // Most entries belong to the first attempt; only the others are compared with all entries before them.
  if (attempt <= 1 || NO_BEGINNING.test(timeline[index].eventType)) return 0
  return attempt > attemptsBegun(timeline.slice(0, index)) ? attempt : 0
}

/** `Rate limit reached. Retry 1 of 3 in 6 s` for the entry of a retry; the description of any other. */
export function describeEntry({ eventType, description, details }, seconds) {
  const { retryAttempt, maxRetries, retryDelay } = details
  if (eventType !== 'retry' || !retryAttempt) return description
  const [cause] = description.split(/\. |\.\.\./)
  return `${cause}. Retry ${retryAttempt} of ${maxRetries}${retryDelay === undefined ? '' : ` in ${seconds(retryDelay)}`}`
}
