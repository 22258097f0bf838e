// The name of an agent, team or workflow whose name nobody has told.

/** What identifies a component, among the options of a handler. */
export type Selected = { readonly [Key in 'endpoint' | 'name' | 'agent' | 'team' | 'workflow']?: string | null | undefined }

/** The option `name`, else `web-researcher` → `Web Researcher`, as in the core (src/state/activity.rs); empty if nothing is selected. */
export const derivedName = ({ name, team, agent, workflow }: Selected): string =>
  name || `${team || agent || workflow || ''}`.replace(/[-_ ]+/g, ' ').trim().replace(/\b[a-z]/g, (first) => first.toUpperCase())
