// What a paused run asks for, and what the user answers.

import type { Json } from './json'

/** A value that the user is asked for; `type` is Python's: `str`, `int`, `bool`. */
export interface PauseField { name: string; type: string; description?: string; value?: Json }

/** One thing that a paused run asks for: `kind` tells which. */
export type PauseRequirement = ConfirmationRequirement | InputRequirement | ExternalRequirement

/** A yes or a no: `confirm`, `reject`. */
export interface ConfirmationRequirement extends RequirementFields { kind: 'confirmation'; fields?: undefined }

/** Values: `fill`. */
export interface InputRequirement extends RequirementFields { kind: 'input'; fields: PauseField[] }

/** What a tool returns that the page runs itself: `giveResult`. */
export interface ExternalRequirement extends RequirementFields { kind: 'external'; fields?: undefined }

/** What all requirements have in common. */
export interface RequirementFields {
  id?: string
  toolCallId?: string
  toolName?: string
  toolArgs?: Json
  memberName?: string
  memberRunId?: string
  /** Of a workflow: the step that waits. */
  stepName?: string
  /** The question in the server's words: `Publish it?` */
  message?: string
  /** The requirement as the server sent it, to be resolved and sent back. */
  raw: Json
}

/** What a paused run waits for. */
export interface Pause {
  runId?: string
  message: string
  requirements: PauseRequirement[]
}

/** What the user answers to one requirement; made by `confirm`, `reject`, `fill` and `giveResult`. */
export interface Resolution {
  requirement: PauseRequirement
  /** Of kind `confirmation`. */
  confirmed?: boolean
  /** For the model: why not. */
  note?: string
  /** Of kind `input`: by the field's name. */
  values?: Record<string, Json>
  /** Of kind `external`. */
  result?: string
}
