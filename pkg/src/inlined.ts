// The text that pkg/inline.mjs makes of the module → its bytes.

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  let length = 0
  for (let at = 0, nineties = 0; at < text.length; at++) {
    // From space on, without the three that are left out: " < \
    const code = text.charCodeAt(at)
    const value = code - 32 - Number(code > 34) - Number(code > 60) - Number(code > 92)
    if (value < 90) {
      bytes[length++] = nineties + value
      nineties = 0
    } else {
      nineties = (value - 89) * 90
    }
  }
  return bytes.subarray(0, length)
}
