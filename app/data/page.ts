import { ProblemError } from "../problem.ts"

/** How many items a page holds when nothing is said, and at most. */
export const pageLimit = { default: 50, most: 200 } as const

export interface PageQuery {
  /** Where the page before ended, as its `next` said. */
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

/** The limit that was asked for, or the default. Throws invalid-parameter. */
export function readLimit({ limit = pageLimit.default }: PageQuery): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= pageLimit.most) return limit
  const message = `must be a whole number from 1 to ${pageLimit.most}`
  throw new ProblemError("invalid-parameter", `limit ${limit} ${message}.`, { errors: [{ path: "limit", message }] })
}

/** A position in an ordered list as text that passes through a URL. Its content is nobody's business but ours. */
export function writeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url")
}

/** The parts of a cursor, one for each pattern that it must fit. Throws invalid-parameter when it is not one of ours. */
export function readCursor(cursor: string, fits: readonly RegExp[]): string[] {
  const position = parse(Buffer.from(cursor, "base64url").toString("utf8"))
  if (
    Array.isArray(position) &&
    position.length === fits.length &&
    position.every((part) => typeof part === "string") &&
    fits.every((pattern, index) => pattern.test(position[index] ?? ""))
  ) {
    return position
  }
  const message = "must be the `next` of the page before"
  throw new ProblemError("invalid-parameter", `The cursor ${message}.`, { errors: [{ path: "cursor", message }] })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
