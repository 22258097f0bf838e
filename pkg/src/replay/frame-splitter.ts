// Where the frames of a stream end, over any split of its bytes.

const LF = 10
const CR = 13

/** The blank lines of one stream. */
export class FrameSplitter {
  #lineEmpty = true
  #afterCr = false
  /** Nothing of a frame has come: a blank line ends none. */
  #isNew = true

  /** The offsets in `bytes` at which frames end. */
  frameEnds(bytes: Uint8Array): number[] {
    const ends: number[] = []
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]
      const isSecond = byte === LF && this.#afterCr
      this.#afterCr = byte === CR
      // The LF of a CRLF belongs to the line, and to the frame, that its CR has ended.
      if (isSecond) {
        if (ends.at(-1) === at) ends[ends.length - 1] = at + 1
      } else if (byte !== LF && byte !== CR) {
        this.#lineEmpty = this.#isNew = false
      } else if (!this.#lineEmpty) {
        this.#lineEmpty = true
      } else if (!this.#isNew) {
        ends.push(at + 1)
        this.#isNew = true
      }
    }
    return ends
  }
}
