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

interface Bounds {
  readonly min?: Bound
  readonly max?: Bound
}

export function checkBounded(path: string, { min, max }: Bounds): FieldError[] {
  return min === undefined && max === undefined ? [{ path, message: "must have min or max: it binds nothing" }] : []
}

export function checkBounds(path: string, bounds: Bounds, today: number): FieldError[] {
  const sizes = (["min", "max"] as const).flatMap((side) => {
    const bound = bounds[side]
    return bound === undefined ? [] : checkSize(`${path}/${side}`, amountOf(bound, today))
  })
  if (bounds.min === undefined || bounds.max === undefined) return sizes
  const min = amountOf(bounds.min, today)
  const max = amountOf(bounds.max, today)
  return min > max ? [...sizes, { path: `${path}/min`, message: `is ${min}, more than max, ${max}` }] : sizes
}

/** A number that computes: 0, or of a size whose products stay within a double. A share may have left the range. */
export function checkSize(path: string, value: number): FieldError[] {
  const size = Math.abs(value)
  if (size > largest) return [{ path, message: `is ${value}; at most ${largest} is allowed` }]
  return size > 0 && size < smallest ? [{ path, message: `is ${value}; use 0, or at least ${smallest}` }] : []
}
