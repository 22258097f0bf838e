// Reads what src/view/packed.rs packed: one list of numbers and one text, value by value, in the order of the fields. Reading is
// synchronous and happens once at a time, so its position is kept here rather than passed around.

const NOTHING = new Float64Array()
let numbers: Float64Array = NOTHING
let at = 0
let text = ''
let textAt = 0
let pieces: string[] = []
let pieceAt = 0

/** What the core packed. */
export interface Packed { numbers: Float64Array; text: string; pieces: string[] }

/** The value of `read()`, which reads what was packed. */
export function unpack<T>(read: () => T, packed: Packed): T {
  ({ numbers, text, pieces } = packed)
  at = textAt = pieceAt = 0
  const value = read()
  numbers = NOTHING
  text = ''
  pieces = []
  return value
}

/** A number that is always there. */
export function num(): number {
  return numbers[at++]!
}

/** A boolean; false if it was skipped. */
export function flag(): boolean {
  return numbers[at++] === 1
}

/** A text that is always there. */
export function str(): string {
  const length = numbers[at++]!
  if (length >= 0) return text.slice(textAt, (textAt += length))
  let joined = ''
  for (let count = -1 - length; count > 0; count--) joined += pieces[pieceAt++]!
  return joined
}

/** The name of an enum's variant. */
export function name<T>(names: readonly T[]): T {
  return names[numbers[at++]!]!
}

/** `read()`, or null if there is none. Of a struct use {@link structOrNull}. */
export function orNull<T>(read: () => T): T | null {
  if (numbers[at]! === numbers[at]!) return read()
  at++
  return null
}

/** A text or null. */
export function strOrNull(): string | null {
  const length = numbers[at]!
  if (length >= 0) {
    at++
    return text.slice(textAt, (textAt += length))
  }
  return orNull(str)
}

/** A number or null. */
export function numOrNull(): number | null {
  const number = numbers[at++]!
  return number === number ? number : null
}

/** An optional struct. */
export function structOrNull<T>(read: () => T): T | null {
  return numbers[at++] === 1 ? read() : null
}

/** The elements of a list; none if it was skipped. */
export function list<T>(read: () => T): T[] {
  const length = numbers[at++]!
  const values: T[] = []
  for (let index = 0; index < length; index++) values.push(read())
  return values
}

/** A section's value; undefined if it has not changed. */
export function section<T>(read: () => T): T | undefined {
  return numbers[at++] === 1 ? read() : undefined
}

/** Sets `target[key]` if the value is not null: for fields that are left out when there is nothing. */
export function put<T, K extends keyof T>(target: T, key: K, value: T[K] | null): void {
  if (value !== null) target[key] = value
}
