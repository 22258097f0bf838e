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
  const known = old && lazies(old)?.[key]
  defineAs(target, key, known?.raw === raw ? known : { raw, value: once(raw, read) })
}

/** Sets a property that may have been defined as lazy. */
export function defineValue(target: object, key: string, value: unknown): void {
  const all = lazies(target)
  if (all && key in all) {
    delete all[key]
    Object.defineProperty(target, key, { enumerable: true, configurable: true, writable: true, value })
  } else (target as { [key: string]: unknown })[key] = value
}

/** A shallow copy that does not evaluate lazy properties. */
export function copyLazily<T extends object>(from: T): T {
  const all = lazies(from)
  if (!all) return { ...from }
  const copy = {} as T
  for (const key in from) {
    const lazy = all[key]
    if (lazy) defineAs(copy, key, lazy)
    else copy[key] = from[key]
  }
  return copy
}

/** A lazy property: the text it is made from, and its value. A function, because proxies of stores leave functions as they are. */
interface Lazy { raw: string; value: () => unknown }

const LAZY = Symbol()

/** The lazy properties of an object. */
const lazies = (object: object) => (object as { [LAZY]?: Record<string, Lazy> })[LAZY]

function defineAs(target: object, key: string, lazy: Lazy): void {
  const all = lazies(target)
  if (all) all[key] = lazy
  else Object.defineProperty(target, LAZY, { configurable: true, value: { [key]: lazy } })
  Object.defineProperty(target, key, (accessors[key] ??= { enumerable: true, configurable: true, get() { return lazies(this as object)![key]!.value() } }))
}

/** One accessor per name: engines keep objects fast whose accessors are the same functions. */
const accessors: { [key: string]: PropertyDescriptor } = {}

function once(raw: string, read: (raw: string) => unknown): () => unknown {
  let value: unknown
  let isRead = false
  return () => {
    if (!isRead) value = freezeInDevelopment(read(raw))
    isRead = true
    return value
  }
}

/** `old` if it equals `fresh`, down to the leaves; else `fresh`. For plain objects and lists. */
export function reuseIfEqual<T>(old: T, fresh: T): T {
  return isEqual(old, fresh) ? old : fresh
}

function isEqual(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return one === other
  const [a, b] = [one, other] as { [key: string]: unknown }[]
  for (const key in a) if (!isEqual(a[key], b![key])) return false
  for (const key in b) if (!(key in a!)) return false
  return true
}

/** The fresh list; entries that equal an old one are that one, and the list is the old one if its entries are. */
export function reuseEntries<T extends object>(old: readonly T[], fresh: readonly T[]): readonly T[] {
  // Most are where they were. A short list is searched: to write its entries as JSON takes longer.
  let known: Map<string, T> | undefined
  const elsewhere = (entry: T) => (old.length <= SHORT_LIST
    ? old.find((one) => isEqual(one, entry))
    : (known ??= new Map(old.map((one) => [JSON.stringify(one), one]))).get(JSON.stringify(entry))) ?? entry
  return reuseList(old, fresh.map((entry, at) => (isEqual(old[at], entry) ? old[at]! : old.length ? elsewhere(entry) : entry)))
}

const SHORT_LIST = 16

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
