// What of a snapshot has not been said yet: whole sentences of the answer, the activity when it changed, the end.

import type { Snapshot } from '../types/snapshot'

export interface Announcement {
  /** Sentences that are whole. Empty: none. */
  text: string
  /** What is being done, if that is something else than before, and no text is. */
  activity: string | null
  /** To be said now: a failure, a question. */
  urgent: string | null
}

export class AnnouncementQueue {
  #turn = ''
  /** So much of the answer's text has been said. */
  #announced = ''
  #activity: string | null = null
  #error: string | null = null
  #question: string | null = null
  #segmenter: Intl.Segmenter | null

  constructor(locale?: string) {
    this.#segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(locale, { granularity: 'sentence' }) : null
  }

  next({ turns, activityStatus, error, pause, isStreaming, retry, pacing }: Snapshot): Announcement {
    const turn = turns.at(-1)
    if (turn && turn.id !== this.#turn) {
      this.#turn = turn.id
      this.#announced = ''
    }
    const answer = turn?.answer.content ?? ''
    // Another text: the attempt before it is void.
    if (!answer.startsWith(this.#announced)) this.#announced = ''
    const rest = answer.slice(this.#announced.length)
    const text = isStreaming ? this.#completeSentences(rest) : rest
    this.#announced += text

    const current = retry?.message ?? pacing?.message ?? activityStatus
    const activity = current !== this.#activity && !text ? current : null
    this.#activity = current

    const question = pause?.message ?? null
    const urgent = error && error.message !== this.#error ? error.message : question !== this.#question ? question : null
    this.#error = error?.message ?? null
    this.#question = question
    return { text: text.trim() ? text : '', activity, urgent }
  }

  /** Up to the end of the last sentence that is over for certain: something follows it. */
  #completeSentences(text: string): string {
    // Within a block of code there are no sentences.
    const open = (text.match(/```/g)?.length ?? 0) % 2 ? text.lastIndexOf('```') : text.length
    const prose = text.slice(0, open)
    const starts = this.#segmenter ? [...this.#segmenter.segment(prose)].map(({ index }) => index) : [...prose.matchAll(/[.!?…]+\s+|\n+/g)].map((end) => end.index + end[0].length)
    return prose.slice(0, starts.at(-1) ?? 0)
  }
}
