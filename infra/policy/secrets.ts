import { secretMark } from "../plan/resource.ts"
import { isHidden } from "./values.ts"

/** Names under which secrets usually stand. What ends in FILE, PATH, NAME or ID tells where a secret is, not what. */
const secretName =
  /(?:^|[_-])(?:(?:private|secret|api|access|operator)?[_-]?key|passw(?:or)?d|secret|token|credentials?)$|password/i

/** A URL with a password before its host; the password is a value, not a reference such as $(PASSWORD). */
const urlWithPassword = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?!\$)[^\s/@]+@/i

const privateKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/

/**
 * Why a setting that anyone may read seems to hold a secret; undefined for one that does not. What the program itself
 * marked as secret needs no guess; a placeholder for another resource's answer is not secret, or it would be marked.
 */
export function secretIn(name: string, value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined
  if (value.includes(secretMark)) return "a value that the program marks as secret"
  if (privateKey.test(value)) return "a private key"
  if (urlWithPassword.test(value)) return "a URL with a password"
  const elsewhere = isHidden(value) || /^\$\(\w+\)$/.test(value)
  return secretName.test(name) && !elsewhere ? "what its name calls a secret" : undefined
}
