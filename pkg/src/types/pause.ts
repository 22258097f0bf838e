// What a paused run asks for, and the user's answers to it.

import type { Json } from './json'

/** A value the user is asked for. */
export interface PauseField {
  readonly name: string
  /** A Python type: `str`, `int`, `float`, `bool`, … */
  readonly type: string
  readonly description?: string
  /** The value so far, if there is one. */
  readonly value?: Json
}

/** One thing a paused run asks for; `kind` tells which. */
export type PauseRequirement = ConfirmationRequirement | InputRequirement | ExternalRequirement

/** Asks for permission. Answered by `confirm` or `reject`. */
export interface ConfirmationRequirement extends RequirementFields { readonly kind: 'confirmation'; readonly fields?: undefined }

/** Asks for values. Answered by `fill`. */
export interface InputRequirement extends RequirementFields { readonly kind: 'input'; readonly fields: readonly PauseField[] }

/** Asks for the result of a tool that the page itself executes. Answered by `giveResult`. */
export interface ExternalRequirement extends RequirementFields { readonly kind: 'external'; readonly fields?: undefined }

/** Fields common to all requirements. */
export interface RequirementFields {
  readonly id?: string
  /** Id of the tool call that is waiting. */
  readonly toolCallId?: string
  readonly toolName?: string
  /** Arguments of the tool call. Parsed on first access. */
  readonly toolArgs?: Json
  /** Name of the team member that asks. */
  readonly memberName?: string
  readonly memberRunId?: string
  /** Of a workflow: name of the step that waits. */
  readonly stepName?: string
  /** The question in the server's words: `Publish it?` */
  readonly message?: string
  /** The requirement as the server sent it. The answer is merged into it and sent back. Parsed on first access. */
  readonly raw: Json
}

/** What a paused run waits for. */
export interface Pause {
  readonly runId?: string
  /** Text to show the user. */
  readonly message: string
  readonly requirements: readonly PauseRequirement[]
}

/** The user's answer to one requirement. Made by `confirm`, `reject`, `fill` and `giveResult`. */
export interface Resolution {
  readonly requirement: PauseRequirement
  /** For kind `confirmation`. */
  readonly confirmed?: boolean
  /** Tells the model why the user declined. */
  readonly note?: string
  /** For kind `input`: values by field name. */
  readonly values?: Record<string, Json>
  /** For kind `external`: the tool's result. */
  readonly result?: string
}
