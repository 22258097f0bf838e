// Freezes snapshots in development, so that code that changes one fails where it does so. In production that costs too much.
//
// Development is `process.env.NODE_ENV` other than `production`: bundlers replace the expression, and drop what follows from it.
// Without a bundler, on a page that has no `process`, nothing is frozen. `import.meta` would not do: CommonJS has none.

let isOff = false

/** `value`, frozen with everything in it, in development. What is frozen already is taken to be so down to its leaves. */
export function freezeInDevelopment<T>(value: T): T {
  if (isOff) return value
  try {
    if (process.env.NODE_ENV !== 'production') deepFreeze(value)
    // Not asked again: in Node each look at the environment takes longer than a token.
    else isOff = true
  } catch {
    isOff = true
  }
  return value
}

/** `value`, frozen with everything in it. Values that are computed on first access are not computed. */
export function deepFreeze<T>(value: T): T {
  const rest: unknown[] = [value]
  while (rest.length) {
    const next = rest.pop()
    if (typeof next !== 'object' || next === null || Object.isFrozen(next) || !isPlain(next)) continue
    Object.freeze(next)
    if (Array.isArray(next)) for (const part of next) rest.push(part)
    else for (const { value } of Object.values(Object.getOwnPropertyDescriptors(next))) rest.push(value)
  }
  return value
}

/** Not of a class, such as a Date that was passed to `load`. */
const isPlain = (value: object) => Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)

declare const process: { env: { NODE_ENV?: string } }
