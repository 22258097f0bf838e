// The lists `turns` and `messages` of a snapshot. Each snapshot has its own, because lists are immutable, and while an answer
// streams they differ in their end only. Copying a long one for each token would be most of the token's cost, so it is copied
// when it is read.

import { freezeInDevelopment } from './freeze'
import { isSameList } from './lazy-json'

/** Shorter lists are copied at once, which costs less than a property that is computed. */
const LONG = 64

/** A list in two parts, put together on first access. `earlier` is shared by many lists. Neither is changed. */
export class JoinedList<T> {
  #list: readonly T[] | undefined

  constructor(readonly earlier: readonly T[], readonly last: readonly T[]) {}

  get list(): readonly T[] {
    return (this.#list ??= freezeInDevelopment(!this.last.length ? this.earlier : this.earlier.length ? this.earlier.concat(this.last) : this.last))
  }

  get isLong(): boolean {
    return this.earlier.length >= LONG
  }

  /** The last entry. */
  get end(): T | undefined {
    return this.last.at(-1) ?? this.earlier.at(-1)
  }

  /** This list, if it has the same entries as `other`; else `other`. */
  or(other: JoinedList<T>): JoinedList<T> {
    return this.earlier === other.earlier && isSameList(this.last, other.last) ? this : other
  }
}

/** Defines `target[key]` as the list. A long one is put together when somebody reads it. */
export function defineList<T>(target: object, key: string, joined: JoinedList<T>): void {
  if (!joined.isLong) (target as { [key: string]: unknown })[key] = joined.list
  else Object.defineProperty(target, key, { enumerable: true, configurable: true, get: () => joined.list })
}
