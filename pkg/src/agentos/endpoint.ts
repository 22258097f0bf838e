// Addresses without a scheme: `localhost:7777` is a URL of the scheme `localhost:`, and `127.0.0.1:7777` a path of the page's own
// origin. Neither is what was meant.

/** Starts like a URL or a path, or its first segment is a plain name. */
const IS_ADDRESS = /^\s*($|[/.]|[a-z][\w+.-]*:\/\/|(?!localhost|https?\/)[^.:/]+(\/|$))/i

/** The same for the address of a route: its first segment may have dots, and no colon. */
const IS_ROUTE = /^\s*([^:/]*(\/|$)|[a-z][\w+.-]*:\/\/)/i

/** Whether `endpoint` is complete: a URL, a path, or empty. */
export const isAddress = (endpoint: string) => IS_ADDRESS.test(endpoint)

/** What is wrong with the address in an option, if it lacks a scheme. Credentials and query are left out. */
export function schemeError(address: string, option: 'endpoint' | 'url' = 'endpoint'): string | undefined {
  if (!address || (option === 'url' ? IS_ROUTE.test(address) : isAddress(address))) return undefined
  return `${option} must start with http:// or https://; did you mean "http://${address.trim().replace(/^(https?[:/]+)?([^/]*@)?|[?#].*/gis, '')}"?`
}
