// Properties whose JSON is parsed on first access, and copies and comparisons that keep object identity.

import { freezeInDevelopment } from './freeze'
import type { Json } from '../types/json'

/**
 * The parsed value, or the text itself if it is not valid JSON, so that nothing is lost. Python's `NaN` and `Infinity` become
 * null.
 */
export function parseOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    const repaired = text.replace(STRING_OR_PYTHON_NUMBER, (match) => (match.startsWith('"') ? match : 'null'))
    return repaired === text ? text : parseOrText(repaired)
  }
}

const STRING_OR_PYTHON_NUMBER = /"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g

/**
 * Defines `key` on `target` as `read(raw)`, computed on first access and cached, also in copies made by {@link copyLazily}. If
 * `old` has the property from the same raw text, its value is shared and keeps its identity.
 *
 * Enumerable, so that spread, JSON.stringify and deep comparison see an ordinary property.
 */
export function defineLazy(target: object, key: string, raw: string, read: (raw: string) => unknown, old?: object): void {
  const raws = rawTexts.get(target) ?? new Map<string, string>()
  rawTexts.set(target, raws.set(key, raw))
  const known = old && rawTexts.get(old)?.get(key) === raw ? Object.getOwnPropertyDescriptor(old, key) : undefined
  let value: unknown
  let isRead = false
  const get = () => {
    if (!isRead) value = freezeInDevelopment(read(raw))
    isRead = true
    return value
  }
  Object.defineProperty(target, key, { get, ...known, enumerable: true, configurable: true })
}

/** Sets a property that may have been defined as lazy. */
export function defineValue(target: object, key: string, value: unknown): void {
  rawTexts.get(target)?.delete(key)
  Object.defineProperty(target, key, { enumerable: true, configurable: true, writable: true, value })
}

/** A shallow copy that does not evaluate lazy properties. */
export function copyLazily<T extends object>(from: T): T {
  const raws = rawTexts.get(from)
  // Most objects have none, and spread is twenty times as fast as copying descriptors.
  if (!raws) return { ...from }
  const descriptors: Record<string, PropertyDescriptor> = Object.getOwnPropertyDescriptors(from)
  // `from` may be frozen.
  for (const key of Reflect.ownKeys(descriptors)) {
    const descriptor = descriptors[key as string]!
    descriptor.configurable = true
    if (!descriptor.get) descriptor.writable = true
  }
  const copied = Object.defineProperties({}, descriptors) as T
  rawTexts.set(copied, new Map(raws))
  return copied
}

/** `old` if its properties equal those of `fresh`, else `fresh`. Compares one level deep. */
export function reuseIfEqual<T extends object | null>(old: T, fresh: T): T {
  if (!old || !fresh) return fresh
  const [before, after] = [Object.entries(old), Object.entries(fresh)]
  const isSame = before.length === after.length && after.every(([key, value], at) => before[at]?.[0] === key && before[at][1] === value)
  return isSame ? old : fresh
}

/** `old` if it equals `fresh`, else `fresh`. Compares as JSON: for small values. */
export function reuseIfDeepEqual<T>(old: T, fresh: T): T {
  return JSON.stringify(old) === JSON.stringify(fresh) ? old : fresh
}

/** The fresh list; entries that equal an old one are that one, and the list is the old one if its entries are. */
export function reuseEntries<T extends object>(old: readonly T[], fresh: readonly T[]): readonly T[] {
  const known = new Map(old.map((entry) => [JSON.stringify(entry), entry]))
  return reuseList(old, fresh.map((entry) => known.get(JSON.stringify(entry)) ?? entry))
}

/** `old` if it has the same entries, else `fresh`. */
export function reuseList<T>(old: readonly T[], fresh: readonly T[]): readonly T[] {
  return isSameList(old, fresh) ? old : fresh
}

/** Whether two lists have the same elements. Compares from the end, because the last one changes most. */
export function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  let at = one.length
  if (at !== other.length) return false
  while (at > 0 && one[at - 1] === other[at - 1]) at--
  return at === 0
}

/** The raw texts of an object's lazy properties. */
const rawTexts = new WeakMap<object, Map<string, string>>()
