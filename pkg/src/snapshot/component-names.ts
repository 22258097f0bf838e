// Names of agents, teams and workflows: as the options or the server's lists have them, else derived from the id.

import { derivedName, type Selected } from './derived-name'

type Kind = 'agent' | 'team' | 'workflow'

export type { Selected }

/** What `keyOf` returns → the name. */
const listed = new Map<string, string>()

const keyOf = (endpoint: string | null | undefined, kind: Kind, id: string) => `${(endpoint ?? '').replace(/\/+$/, '')} ${kind} ${id}`

/** Remembers a name of the server's lists. */
export function rememberName(endpoint: string, kind: Kind, id: string, name: string): void {
  listed.set(keyOf(endpoint, kind, id), name)
}

/** The selected component's name as the options or the server's lists have it; `undefined`: neither has. */
export function givenName({ endpoint, name, agent, team, workflow }: Selected): string | undefined {
  const id = team || agent || workflow
  return name || (id ? listed.get(keyOf(endpoint, team ? 'team' : agent ? 'agent' : 'workflow', id)) : undefined)
}

/** The selected component's name for the user; empty if none is selected. */
export function displayName(options: Selected): string {
  return givenName(options) ?? derivedName(options)
}

/** The name of a component that answered, which need not be the selected one. */
export function nameOf(selected: Selected, kind: Kind, id: string): string {
  const { endpoint, name } = selected
  return displayName({ endpoint, [kind]: id, ...(selected[kind] === id ? { name } : {}) })
}
