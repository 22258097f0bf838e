// Finds where the frames of an event stream end, however its bytes are split into chunks: blank lines, with the line ends LF, CR and
// CRLF (WHATWG §9.2.5).

const LF = 10
const CR = 13

/** One per stream. */
export class FrameSplitter {
  #lineEmpty = true
  #afterCr = false
  /** No byte of a frame yet, so a blank line ends none. */
  #isNew = true

  /** The offsets in the next chunk behind which a new frame starts. */
  frameEnds(bytes: Uint8Array): number[] {
    const ends: number[] = []
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]
      const isSecond = byte === LF && this.#afterCr
      this.#afterCr = byte === CR
      // The LF of a CRLF belongs to the line, and the frame, that its CR ended.
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
