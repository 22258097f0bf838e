// What `send` and `edit` take.

import { copyForm, filesIn } from './form-data'
import { runPath } from './run-path'
import { assertArgument, assertNames, classTag, optionError } from './validate-options'
import type { CheckedOptions } from '../types/checked-options'
import type { SendOptions } from '../types/handler'

interface SendArguments { text: string; form: FormData | null; files: string[]; isNow: boolean; isBackground: boolean; isEmpty: boolean }

/**
 * The text to show, and a copy of the form if it is one. `isEmpty`: there is nothing to send. Throws a TypeError if nothing can
 * be sent, or not this.
 */
export function sendArguments(options: CheckedOptions, message: string | FormData, sendOptions?: SendOptions, call = 'send'): SendArguments {
  if (!runPath(options)) throw optionError(`${call}() needs one of the options agent, team, workflow or url`)
  assertArgument(call, 'a text or a FormData', message, typeof message === 'string' || classTag(message) === 'FormData')
  assertNames(call, sendOptions, ['priority', 'when'])
  const { priority, when } = sendOptions ?? {}
  assertArgument('send', "priority: 'user' or 'background'", priority, priority === undefined || priority === 'user' || priority === 'background')
  assertArgument('send', "when: 'queue' or 'now'", when, when === undefined || when === 'queue' || when === 'now')
  const chosen = { isNow: when === 'now', isBackground: priority === 'background' }
  if (typeof message === 'string') return { text: message, form: null, files: [], ...chosen, isEmpty: !message.trim() }
  const form = copyForm(message)
  const text = String(form.get('message') ?? '')
  const files = filesIn(form)
  // A form without `message`, but with other fields, is for a route of the page's own.
  const isForOwnRoute = !form.has('message') && [...form.keys()].length > 0
  return { text, form, files, ...chosen, isEmpty: !text.trim() && !files.length && !isForOwnRoute }
}
