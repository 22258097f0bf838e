// Every type exported from 'ai-stream-handler' and 'ai-stream-handler/slim'. The other files of this folder are internal.

export type * from './handler'
export type * from './json'
export type * from './markdown'
export type * from './message'
export type * from './options'
export type * from './pause'
export type * from './rate-limits'
export type * from './recording'
export type * from './refusal'
export type * from './snapshot'
export type * from './timeline'
