// The text that pkg/inline.mjs makes of the module → its bytes.

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  // A table, since this loop runs once, before anything has warmed up: half the time of reckoning.
  const values = new Uint8Array(127)
  for (let code = 32, value = 0; code < 127; code++) if (!LEFT_OUT.includes(code)) values[code] = value++
  const bytes = new Uint8Array(text.length)
  let length = 0
  for (let at = 0, nineties = 0; at < text.length; at++) {
    const value = values[text.charCodeAt(at)]!
    if (value < 90) {
      bytes[length++] = nineties + value
      nineties = 0
    } else {
      nineties = (value - 89) * 90
    }
  }
  return bytes.subarray(0, length)
}

/** `"`, `<`, `\` */
const LEFT_OUT = [34, 60, 92]
