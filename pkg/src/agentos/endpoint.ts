// Addresses without a scheme: `localhost:7777` is a URL of the scheme `localhost:`, and `127.0.0.1:7777` a path of the page's own
// origin. Neither is what was meant.

/** Starts like a URL or a path, or its first segment is a plain name. */
const IS_ADDRESS = /^\s*($|[/.]|[a-z][\w+.-]*:\/\/|(?!localhost|https?\/)[^.:/]+(\/|$))/i

/** Whether `endpoint` is complete: a URL, a path, or empty. */
export const isAddress = (endpoint: string) => IS_ADDRESS.test(endpoint)

/** What is wrong with `endpoint`, if it lacks a scheme. Credentials and query are left out. */
export function schemeError(endpoint: string): string | undefined {
  if (isAddress(endpoint)) return undefined
  return `endpoint must start with http:// or https://; did you mean "http://${endpoint.trim().replace(/^(https?[:/]+)?([^/]*@)?|[?#].*/gis, '')}"?`
}
