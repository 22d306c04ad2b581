import type { KongRoute } from "./schema.ts"

/**
 * How Kong finds a route (kong/router/atc.lua, kong/router/utils.lua, kong/tools/uri.lua at 3.9.3): the path is brought
 * to one spelling first, and that spelling is what the upstream gets, so `/static/../metrics` is looked up as `/metrics`.
 */

/** What RFC 3986 calls unreserved: these mean the same written out or percent-encoded. */
const unreserved = /[A-Za-z0-9._~-]/

/** What may stand in a path as it is; Kong encodes everything else before it asks the upstream. */
const literal = /[A-Za-z0-9\-._~!$&'()*+,/:;=@[\]%]/

/**
 * The one spelling of a path: unreserved characters decoded, all others encoded, slashes merged, dot segments resolved.
 * Undefined for a path that is none: one that does not begin with a slash, or with a `%` that encodes nothing.
 */
export function normalizePath(path: string): string | undefined {
  if (!path.startsWith("/") || /%(?![0-9A-Fa-f]{2})/.test(path)) return undefined
  const decoded = path.replaceAll(/%[0-9A-Fa-f]{2}/g, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
    return unreserved.test(character) ? character : triplet.toUpperCase()
  })
  const kept: string[] = []
  const segments = decoded.split("/").filter((segment, index, all) => segment !== "" || index === all.length - 1)
  for (const [index, segment] of segments.entries()) {
    const dots = segment === "." || segment === ".."
    if (segment === "..") kept.pop()
    if (!dots) kept.push(segment)
    else if (index === segments.length - 1) kept.push("")
  }
  return `/${kept.join("/")}`.replaceAll(/[\s\S]/g, (character) =>
    literal.test(character) ? character : encode(character),
  )
}

/** Node reads a request's path as Latin-1: one character is one byte. */
function encode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
}

/** The route that answers a normalized path: an exact one first, then the longest prefix. */
export function matchRoute<Route extends Pick<KongRoute, "paths">>(
  routes: readonly Route[],
  path: string,
): Route | undefined {
  const candidates = routes.flatMap((route) => route.paths.map((pattern) => ({ route, pattern })))
  const exact = candidates.find(({ pattern }) => pattern === exactly(path))
  const prefixes = candidates.filter(({ pattern }) => pattern.startsWith("/") && path.startsWith(pattern))
  return (exact ?? prefixes.sort((a, b) => b.pattern.length - a.pattern.length)[0])?.route
}

/** The pattern that matches this path alone. */
export const exactly = (path: string): string => `~${path}$`
