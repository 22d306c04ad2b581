import { randomUUIDv7 } from "node:crypto"

/** An id whose order is that of creation, so that new rows go to the end of an index (RFC 9562, version 7). */
export function newId(): string {
  return randomUUIDv7()
}

export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
