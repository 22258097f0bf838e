// What a paused run asks for, and the user's answers to it.

import type { Json } from './json'

/** A value the user is asked for. */
export interface PauseField {
  name: string
  /** A Python type: `str`, `int`, `float`, `bool`, … */
  type: string
  description?: string
  /** The value so far, if there is one. */
  value?: Json
}

/** One thing a paused run asks for; `kind` tells which. */
export type PauseRequirement = ConfirmationRequirement | InputRequirement | ExternalRequirement

/** Asks for permission. Answered by `confirm` or `reject`. */
export interface ConfirmationRequirement extends RequirementFields { kind: 'confirmation'; fields?: undefined }

/** Asks for values. Answered by `fill`. */
export interface InputRequirement extends RequirementFields { kind: 'input'; fields: PauseField[] }

/** Asks for the result of a tool that the page itself executes. Answered by `giveResult`. */
export interface ExternalRequirement extends RequirementFields { kind: 'external'; fields?: undefined }

/** Fields common to all requirements. */
export interface RequirementFields {
  id?: string
  /** Id of the tool call that is waiting. */
  toolCallId?: string
  toolName?: string
  /** Arguments of the tool call. Parsed on first access. */
  toolArgs?: Json
  /** Name of the team member that asks. */
  memberName?: string
  memberRunId?: string
  /** Of a workflow: name of the step that waits. */
  stepName?: string
  /** The question in the server's words: `Publish it?` */
  message?: string
  /** The requirement as the server sent it. The answer is merged into it and sent back. Parsed on first access. */
  raw: Json
}

/** What a paused run waits for. */
export interface Pause {
  runId?: string
  /** Text to show the user. */
  message: string
  requirements: PauseRequirement[]
}

/** The user's answer to one requirement. Made by `confirm`, `reject`, `fill` and `giveResult`. */
export interface Resolution {
  requirement: PauseRequirement
  /** For kind `confirmation`. */
  confirmed?: boolean
  /** Tells the model why the user declined. */
  note?: string
  /** For kind `input`: values by field name. */
  values?: Record<string, Json>
  /** For kind `external`: the tool's result. */
  result?: string
}
