// Raw JSON that travels as text and is parsed when somebody looks at it, once.

import type { Json } from './types'

/** A text that is no JSON after all is shown as it is: nothing is lost. */
export function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/**
 * Defines `key` on `target` as the value that `read` gives, computed at the first look. Enumerable, so that spread,
 * JSON.stringify and deep comparison see an ordinary property.
 */
export function lazy<T extends object>(target: T, key: string, read: () => unknown): void {
  haveLazy.add(target)
  Object.defineProperty(target, key, {
    enumerable: true,
    configurable: true,
    get() {
      const value = read()
      put(target, key, value)
      return value
    },
  })
}

/** Sets a property that may have been lazy. */
export function put(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { enumerable: true, configurable: true, writable: true, value })
}

/** Copies properties, lazy ones unread. */
export function copy<T extends object>(from: T): T {
  // Most have none, and a spread is twenty times as fast as descriptors.
  if (!haveLazy.has(from)) return { ...from }
  const copied = Object.defineProperties({}, Object.getOwnPropertyDescriptors(from)) as T
  haveLazy.add(copied)
  return copied
}

const haveLazy = new WeakSet<object>()
