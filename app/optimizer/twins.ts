import type { Problem } from "./problem.ts"

/**
 * By channel index, all channels whose curves, bounds and coefficients are the same, in their order; undefined where a
 * channel is the only one of its kind.
 */
export function twinsOf({ channels, constraints }: Problem): (readonly number[] | undefined)[] {
  const groups = new Map<string, number[]>()
  const keys = channels.map(({ name, curve, min, max, minIfUsed }) =>
    JSON.stringify([
      Object.entries(curve).sort(([a], [b]) => (a < b ? -1 : 1)),
      [min, max, minIfUsed].map(String),
      constraints.map(({ coefficients }) => (Object.hasOwn(coefficients, name) ? coefficients[name] : 0)),
    ]),
  )
  keys.forEach((key, i) => {
    groups.set(key, [...(groups.get(key) ?? []), i])
  })
  return keys.map((key) => {
    const group = groups.get(key) ?? []
    return group.length > 1 ? group : undefined
  })
}
