// Raw JSON that travels as text and is parsed when somebody looks at it, once.

import type { Json } from '../types/json'

/** A text that is no JSON after all is shown as it is: nothing is lost. */
export function parseOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/**
 * Defines `key` on `target` as the value that `read` makes of `raw`, computed at the first look and then the same for
 * ever, in copies too. Where `old` has it of the same raw text it is taken over, so that it keeps its identity.
 * Enumerable, so that spread, JSON.stringify and deep comparison see an ordinary property.
 */
export function defineLazy(target: object, key: string, raw: string, read: (raw: string) => unknown, old?: object): void {
  const raws = rawTexts.get(target) ?? new Map<string, string>()
  rawTexts.set(target, raws.set(key, raw))
  const known = old && rawTexts.get(old)?.get(key) === raw ? Object.getOwnPropertyDescriptor(old, key) : undefined
  let value: unknown
  let isRead = false
  const get = () => {
    if (!isRead) value = read(raw)
    isRead = true
    return value
  }
  Object.defineProperty(target, key, known ?? { enumerable: true, configurable: true, get })
}

/** Sets a property that may have been lazy. */
export function defineValue(target: object, key: string, value: unknown): void {
  rawTexts.get(target)?.delete(key)
  Object.defineProperty(target, key, { enumerable: true, configurable: true, writable: true, value })
}

/** Copies properties, lazy ones unread. */
export function copyLazily<T extends object>(from: T): T {
  const raws = rawTexts.get(from)
  // Most have none, and a spread is twenty times as fast as descriptors.
  if (!raws) return { ...from }
  const copied = Object.defineProperties({}, Object.getOwnPropertyDescriptors(from)) as T
  rawTexts.set(copied, new Map(raws))
  return copied
}

/** `old`, if `fresh` says the same: of flat objects. */
export function reuseIfEqual<T extends object | null>(old: T, fresh: T): T {
  if (!old || !fresh) return fresh
  const [before, after] = [Object.entries(old), Object.entries(fresh)]
  const same = before.length === after.length && after.every(([key, value], at) => before[at]?.[0] === key && before[at][1] === value)
  return same ? old : fresh
}

/** The same of nested ones, small ones: they are compared as JSON. */
export function reuseIfDeepEqual<T>(old: T, fresh: T): T {
  return JSON.stringify(old) === JSON.stringify(fresh) ? old : fresh
}

const rawTexts = new WeakMap<object, Map<string, string>>()
