// The core's calls that change a conversation, with the types of their arguments: what a recorder writes down, and all that a
// recording may make. Recordings are untrusted input.

import type { Core } from '../../generated/core'

const ARGUMENT_TYPES = {
  n: (x: unknown) => Number.isFinite(x),
  s: (x: unknown) => typeof x === 'string',
  b: (x: unknown) => typeof x === 'boolean',
  a: (x: unknown) => Array.isArray(x) && x.every((part) => typeof part === 'string'),
  u: (x: unknown) => x instanceof Uint8Array,
  '?': (x: unknown) => x === null || typeof x === 'string',
  '#': (x: unknown) => x === null || Number.isFinite(x),
}

/** One letter per argument, a key of `ARGUMENT_TYPES`. */
const ALLOWED_CALLS: { [Name in keyof Core]?: string } = {
  send: 'nsab', sendNow: 'nsa', cancelQueued: 'n', editQueued: 'ns', moveQueued: 'nn', sendQueuedNow: 'n', resumeQueue: '', retryNow: '', resume: 'n', continueRun: 'na', offline: '', online: '', limitElsewhere: 'n', cancel: '', cancelAll: '',
  begin: '??', feed: 'u', end: '', tick: '', dismissError: '', clear: '?', recall: '?nu', recallVersion: 'n?bbnu', regenerate: 'nns?', edit: 'nnsaa?a', follow: 'nn?', showVersion: 'nn', listSession: 'ssn#', markSession: 'sb', dropSession: 's', tellPause: 's', returnEdit: 'ss', forgetRun: 's', reach: '',
}

/** Whether a call of the core belongs to a recording. */
export const isRecordedCall = (name: string): boolean => Object.hasOwn(ALLOWED_CALLS, name)

/** Whether a recording may make this call. Accepts any values. */
export function isAllowedCall(name: unknown, args: unknown): boolean {
  const types = typeof name === 'string' && isRecordedCall(name) ? ALLOWED_CALLS[name as keyof Core]! : undefined
  return types !== undefined && Array.isArray(args) && args.length === types.length &&
    [...types].every((type, at) => ARGUMENT_TYPES[type as keyof typeof ARGUMENT_TYPES](args[at]))
}

/** The arguments as the core takes them now. Before there were edits, `recallVersion` took four, and was always about the last turn. */
export const currentArguments = (name: unknown, args: unknown[] | null): unknown[] | null =>
  name === 'recallVersion' && args?.length === 4 ? [2 ** 32 - 1, args[0], false, ...args.slice(1)] : args

/** Makes a call for which {@link isAllowedCall} is true. A recorded `null` stands for an argument that was not given. */
export function applyCall(core: object, name: string, args: unknown[]): void {
  const method = (core as Core)[name as keyof Core] as (...args: unknown[]) => unknown
  method.apply(core, args.map((value) => value ?? undefined))
}
