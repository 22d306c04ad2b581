import type { FieldError } from "../contract/problems.ts"
import { largest, smallest } from "../optimizer/schema.ts"
import { pointerToken } from "../validation.ts"
import type { Bound } from "./bound-schema.ts"

/** Resolves a bound to money: a share is of `today`. */
export function amountOf(bound: Bound, today: number): number {
  return typeof bound === "number" ? bound : bound.share * today
}

export function unknownChannels(
  path: string,
  named: readonly string[],
  budget: ReadonlyMap<string, number>,
): FieldError[] {
  return named
    .filter((channel) => !budget.has(channel))
    .map((channel) => unknownChannel(`${path}/${pointerToken(channel)}`, channel))
}

export function unknownChannel(path: string, channel: string): FieldError {
  return { path, message: `names ${JSON.stringify(channel)}, which is no channel of /budget` }
}

/** Where a value stands, as a JSON pointer; a function where it is made only for what is wrong, as it nearly never is. */
export type Path = string | (() => string)

const textOf = (path: Path): string => (typeof path === "string" ? path : path())

/** No errors. Most checks find none, and a request takes many. */
const fine: readonly FieldError[] = []

interface Bounds {
  readonly min?: Bound
  readonly max?: Bound
}

export function checkBounded(path: string, { min, max }: Bounds): FieldError[] {
  return min === undefined && max === undefined ? [{ path, message: "must have min or max: it binds nothing" }] : []
}

export function checkBounds(path: Path, bounds: Bounds, today: number): readonly FieldError[] {
  const min = bounds.min === undefined ? undefined : amountOf(bounds.min, today)
  const max = bounds.max === undefined ? undefined : amountOf(bounds.max, today)
  const isOrdered = min === undefined || max === undefined || min <= max
  if (isOrdered && isSized(min ?? 0) && isSized(max ?? 0)) return fine
  const at = textOf(path)
  return [
    ...checkSize(`${at}/min`, min ?? 0),
    ...checkSize(`${at}/max`, max ?? 0),
    ...(isOrdered ? [] : [{ path: `${at}/min`, message: `is ${min}, more than max, ${max}` }]),
  ]
}

/** A number that computes: 0, or of a size whose products stay within a double. A share may have left the range. */
export function checkSize(path: Path, value: number): readonly FieldError[] {
  if (isSized(value)) return fine
  const allowed = Math.abs(value) > largest ? `at most ${largest} is allowed` : `use 0, or at least ${smallest}`
  return [{ path: textOf(path), message: `is ${value}; ${allowed}` }]
}

function isSized(value: number): boolean {
  const size = Math.abs(value)
  return size === 0 || (size >= smallest && size <= largest)
}
