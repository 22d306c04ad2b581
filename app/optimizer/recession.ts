import type { Channels } from "./channels.ts"
import type { Shape } from "./curves/shape.ts"
import type { Goal } from "./goal.ts"
import type { LinearSolver } from "./linear-program.ts"
import type { Row } from "./rows.ts"

/**
 * The channels in which spending can grow together for ever, within all rows, and always do the goal good; empty where
 * the goal has an end. `channels` bear the maxes that rows imply.
 */
export function recession({ shapes, max }: Channels, goal: Goal, rows: readonly Row[], solver: LinearSolver): number[] {
  // Least spend has an end at 0
  if (goal.weight === 0) return []
  const open = Array.from(max.keys()).filter((i) => max[i] === Infinity)
  if (open.length === 0) return []
  const { target } = goal
  const price = target ? target.price : goal.price
  const weight = target ? target.weight : goal.weight
  const gains = open.map((i) => {
    const shape = shapes[i] as Shape
    return price === 0 ? Number(shape.endless) : weight * shape.finalMarginal - price
  })
  // A convex curve outgrows every price
  const gain = gains.includes(Infinity) ? gains.map((value) => Number(value === Infinity)) : gains
  const unit = Math.max(...gain.map(Math.abs)) || 1
  const column = new Map(open.map((i, j) => [i, j]))
  const directions = rows.map((row) => {
    const entries = row.channels.flatMap((channel, k) => {
      const j = column.get(channel)
      return j === undefined ? [] : [{ j, coefficient: row.coefficients[k] as number }]
    })
    const most = Math.max(...entries.map(({ coefficient }) => Math.abs(coefficient))) || 1
    return {
      columns: entries.map(({ j }) => j),
      coefficients: entries.map(({ coefficient }) => coefficient / most),
      min: row.min === -Infinity ? -Infinity : 0,
      max: row.max === Infinity ? Infinity : 0,
    }
  })
  const solution = solver({
    objective: gain.map((value) => value / unit),
    lower: open.map(() => 0),
    upper: open.map(() => 1),
    rows: directions,
  })
  const rises =
    solution.status === "optimal" &&
    open.some((_, j) => (gain[j] as number) > 0 && (solution.values[j] as number) > 1e-6)
  const total = gain.reduce((sum, value, j) => sum + (value / unit) * (solution.values[j] as number), 0)
  return rises && total > 1e-6 ? open.filter((_, j) => (solution.values[j] as number) > 1e-6) : []
}
