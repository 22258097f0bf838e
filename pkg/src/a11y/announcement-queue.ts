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
  /** An error or a question that was announced is no longer there. */
  isOver: boolean
}

export class AnnouncementQueue {
  #turn = ''
  #announced = ''
  /** What was announced of this turn's superseded attempts. */
  #earlier = ''
  #activity: string | null = null
  #error: string | null = null
  #hadError = false
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
      this.#announced = this.#earlier = ''
    }
    const answer = turn?.answer.content ?? ''
    // The answer started over: the previous attempt is superseded.
    if (!answer.startsWith(this.#announced)) {
      if (this.#announced.length > this.#earlier.length) this.#earlier = this.#announced
      this.#announced = ''
    }
    const rest = answer.slice(this.#announced.length)
    const announced = this.#announced + (isStreaming ? this.#completeSentences(rest) : rest)
    const text = announced.slice(Math.max(this.#announced.length, this.#repeatedLength(announced)))
    this.#announced = announced

    const current = retry?.message ?? pacing?.message ?? activityStatus
    const activity = current !== this.#activity && !text ? current : null
    this.#activity = current

    const question = pause?.message ?? null
    const urgent = [error && error.message !== this.#error ? error.message : null, question !== this.#question ? question : null].filter(Boolean).join(' ') || null
    const isOver = (this.#hadError && !error) || (this.#question !== null && question === null)
    this.#hadError = error !== null
    // An error that the user has closed is not announced again; after another attempt, the same words are another error.
    if (error || isStreaming) this.#error = error?.message ?? null
    this.#question = question
    return { text: text.trim() ? text : '', activity, urgent, isOver }
  }

  /** How much of `text` repeats what a superseded attempt said, up to the end of a sentence. */
  #repeatedLength(text: string): number {
    let same = 0
    while (same < this.#earlier.length && text[same] === this.#earlier[same]) same++
    return same === text.length ? same : Math.max(0, ...this.#sentenceStarts(text.slice(0, same + 1)).slice(-1))
  }

  /** Up to the end of the last sentence that is certainly complete, because another one follows. */
  #completeSentences(text: string): string {
    // An open code block has no sentences yet.
    const open = (text.match(/```/g)?.length ?? 0) % 2 ? text.lastIndexOf('```') : text.length
    const prose = text.slice(0, open)
    return prose.slice(0, this.#sentenceStarts(prose).at(-1) ?? 0)
  }

  #sentenceStarts(text: string): number[] {
    return this.#segmenter ? Array.from(this.#segmenter.segment(text), ({ index }) => index) : Array.from(text.matchAll(/[.!?…]+\s+|\n+/g), (end) => end.index + end[0].length)
  }
}
