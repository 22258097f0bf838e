// What a recording may call, and with what: it is a file, and anybody's.

import type { Core } from '../../generated/core'

const IS = {
  n: (x: unknown) => Number.isFinite(x),
  s: (x: unknown) => typeof x === 'string',
  b: (x: unknown) => typeof x === 'boolean',
  a: (x: unknown) => Array.isArray(x) && x.every((part) => typeof part === 'string'),
  u: (x: unknown) => x instanceof Uint8Array,
  '?': (x: unknown) => x === null || typeof x === 'string',
  '#': (x: unknown) => x === null || Number.isFinite(x),
}

/** A letter for each argument, as in `IS`. */
const CALLS: { [Name in keyof Core]?: string } = {
  send: 'nsab', cancelQueued: 'n', retryNow: '', resume: 'n', continueRun: 'na', offline: '', online: '', limitElsewhere: 'n', cancel: '',
  begin: '??', feed: 'u', end: '', tick: '', dismissError: '', clear: '?', recall: '?nu', listSession: 'ssn#', tellPause: 's',
}

export function isCall(name: unknown, given: unknown): boolean {
  const kinds = typeof name === 'string' && Object.hasOwn(CALLS, name) ? CALLS[name as keyof Core]! : undefined
  return kinds !== undefined && Array.isArray(given) && given.length === kinds.length &&
    [...kinds].every((kind, at) => IS[kind as keyof typeof IS](given[at]))
}

export function call(core: object, name: string, given: unknown[]): void {
  const method = (core as Core)[name as keyof Core] as (...given: unknown[]) => unknown
  method.apply(core, given.map((value) => value ?? undefined))
}
