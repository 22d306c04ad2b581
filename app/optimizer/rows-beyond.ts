import { feasibilityTolerance, type Problem } from "./problem.ts"
import { type Row, rowsOf } from "./rows.ts"

/** What a channel's own bound is called among the demands that conflict. */
export const boundName = (channel: string, side: "min" | "max" | "minIfUsed"): string => `channels.${channel}.${side}`

/** What a bound takes of a row's room at the least. */
interface Taken {
  readonly name: string
  readonly amount: number
}

/**
 * The names of a total or a constraint and of own bounds that leave it no room whatever else is spent, as mins of more than
 * the total do: with none of them the others can be met. The largest first, as many as it takes. None where there are none.
 */
export function boundsBeyond(problem: Problem): string[] {
  const { constraints } = problem
  for (const [r, row] of rowsOf(problem).entries()) {
    const name = constraints[r]?.name ?? "total"
    const found =
      beyond(problem, row.channels, row.coefficients, row.max) ??
      beyond(
        problem,
        row.channels,
        row.coefficients.map((coefficient) => -coefficient),
        -row.min,
      )
    if (found) return [name, ...found]
  }
  return []
}

/** The bounds that take more than `most` by themselves; undefined where none do. */
function beyond(
  { channels }: Problem,
  members: Row["channels"],
  coefficients: readonly number[],
  most: number,
): string[] | undefined {
  if (most === Infinity) return undefined
  // Without its max, what takes the less the more is spent would make any room
  const needed: Taken[] = []
  const open: Taken[] = []
  for (const [k, i] of members.entries()) {
    const { name, min, max } = channels[i] as Problem["channels"][number]
    const coefficient = coefficients[k] as number
    if (coefficient < 0) {
      if (max === Infinity) return undefined
      needed.push({ name: boundName(name, "max"), amount: coefficient * max })
    } else if (coefficient * min > 0) open.push({ name: boundName(name, "min"), amount: coefficient * min })
  }
  open.sort((a, b) => b.amount - a.amount)
  const taken: string[] = needed.map(({ name }) => name)
  let sum = needed.reduce((total, { amount }) => total + amount, 0)
  let size = needed.reduce((largest, { amount }) => Math.max(largest, -amount), Math.abs(most))
  const isBeyond = () => sum > most + feasibilityTolerance * size
  for (const { name, amount } of open) {
    if (isBeyond()) break
    taken.push(name)
    sum += amount
    size = Math.max(size, amount)
  }
  return isBeyond() ? taken : undefined
}
