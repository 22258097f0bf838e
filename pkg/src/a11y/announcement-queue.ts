// Tracks what has been announced of a conversation. In: snapshots, in order. Out: what is new in each: complete sentences of the
// answer, the activity if it changed, an error or a question.

import type { Snapshot } from '../types/snapshot'

/** What a snapshot adds to what was announced before. */
export interface Announcement {
  /** New complete sentences of the answer; empty if there are none. */
  text: string
  /** The activity, if it changed and there is no new text; else null. */
  activity: string | null
  /** A new error, or the question of a paused run; else null. */
  urgent: string | null
}

export class AnnouncementQueue {
  #turn = ''
  #announced = ''
  #activity: string | null = null
  #error: string | null = null
  #question: string | null = null
  #segmenter: Intl.Segmenter | null

  constructor(locale?: string) {
    this.#segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(locale, { granularity: 'sentence' }) : null
  }

  /** What `snapshot` adds; it counts as announced from then on. */
  next({ turns, activityStatus, error, pause, isStreaming, retry, pacing }: Snapshot): Announcement {
    const turn = turns.at(-1)
    if (turn && turn.id !== this.#turn) {
      this.#turn = turn.id
      this.#announced = ''
    }
    const answer = turn?.answer.content ?? ''
    // The answer started over: the previous attempt is superseded.
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

  /** Up to the end of the last sentence that is certainly complete, because another one follows. */
  #completeSentences(text: string): string {
    // An open code block has no sentences yet.
    const open = (text.match(/```/g)?.length ?? 0) % 2 ? text.lastIndexOf('```') : text.length
    const prose = text.slice(0, open)
    const starts = this.#segmenter ? [...this.#segmenter.segment(prose)].map(({ index }) => index) : [...prose.matchAll(/[.!?…]+\s+|\n+/g)].map((end) => end.index + end[0].length)
    return prose.slice(0, starts.at(-1) ?? 0)
  }
}
