import { createHash } from "node:crypto"

/** Marks the names of this program among all that are hashed into UUIDs. */
const namespace = "atlas.azure"

/**
 * A UUID that the same text always gives (version 5 of RFC 9562, section 5.5), for what Azure names by one: roles and
 * their assignments. https://learn.microsoft.com/azure/role-based-access-control/role-assignments-template
 */
export function guidOf(text: string): string {
  const bytes = createHash("sha1").update(`${namespace}\0${text}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString("hex")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
}
