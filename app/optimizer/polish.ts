import { upperBound } from "./certificate.ts"
import { type Channels, responseTo, sum } from "./channels.ts"
import type { Shape } from "./curves/shape.ts"
import { type Duals, multipliersOf, spendsOf } from "./dual.ts"
import { type Goal, surplus } from "./goal.ts"
import { activity, type Row } from "./rows.ts"

interface Dual {
  readonly goal: Goal
  readonly channels: Channels
  readonly rows: readonly Row[]
}

const mostSteps = 12

/**
 * Newton's method on the dual, from a linear program's duals: with the rows that bind known, and smooth curves, a few
 * steps make the duals exact, which programs reach only digit by digit. Where a curve bends nowhere near its spend
 * (lines), or where no step gets on, what there was.
 */
export function polish(dual: Dual, from: { readonly duals: Duals }): Duals {
  let at: Duals = from.duals
  let best = at
  let least = Infinity
  let bound = upperBound(dual.channels, multipliersOf(dual, at).multipliers).value
  for (let step = 0; step < mostSteps; step++) {
    const active = Array.from(at.rows.keys()).filter((r) => at.rows[r] !== 0)
    if (active.length === 0 && at.target === 0) return at
    const { move, error } = newtonMove(dual, at, active, at.target > 0)
    // The bound is flat around the duals sought: it stops falling when only half of their digits are found
    if (error < least) [best, least] = [at, error]
    else if (step > 2) return best
    const next = move && shorten(dual, at, active, move, bound)
    if (!next) return best
    at = next.duals
    bound = Math.min(bound, next.bound)
  }
  return best
}

/** The step that makes the active rows hold with equality, to first order; and by how much they do not, at their duals. */
function newtonMove({ goal, channels, rows }: Dual, at: Duals, active: number[], hasTarget: boolean) {
  const { multipliers } = multipliersOf({ goal, channels, rows }, at)
  const spends = spendsOf(channels, multipliers)
  const size = active.length + Number(hasTarget)
  // By channel, its coefficients in the active rows and, last, in the target
  const entries: number[][] = Array.from(spends, () => new Array<number>(size).fill(0))
  const gradient = new Float64Array(size)
  active.forEach((r, a) => {
    const row = rows[r] as Row
    gradient[a] = ((at.rows[r] as number) > 0 ? row.max : row.min) - activity(row, spends)
    row.channels.forEach((channel, k) => {
      const entry = entries[channel]
      if (entry) entry[a] = row.coefficients[k] as number
    })
  })
  const { target } = goal
  if (target && hasTarget) gradient[size - 1] = surplus(target, responseTo(channels, spends), sum(spends))
  const error = gradient.reduce(
    (total, value, a) => total + Math.abs(value * (at.rows[active[a] ?? -1] ?? at.target)),
    0,
  )
  const hessian = Array.from({ length: size }, () => new Float64Array(size))
  for (let i = 0; i < spends.length; i++) {
    const marginal = multipliers.marginals[i] as number
    const give = yielding(channels, spends, i, marginal) / multipliers.weight
    if (give === 0) continue
    if (!Number.isFinite(give)) return { move: undefined, error }
    const entry = entries[i] as number[]
    if (target && hasTarget) entry[size - 1] = target.price - target.weight * marginal
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++)
        (hessian[a] as Float64Array)[b] =
          ((hessian[a] as Float64Array)[b] as number) + give * (entry[a] as number) * (entry[b] as number)
  }
  return { move: solveSymmetric(hessian, gradient), error }
}

/** How much more a free channel spends per unit by which its marginal falls: −1 / f″, by a central difference. */
function yielding({ shapes, min, max }: Channels, spends: Float64Array, i: number, marginal: number): number {
  const spend = spends[i] as number
  if (spend <= (min[i] as number) || spend >= (max[i] as number)) return 0
  const h = 1e-5
  const { spendAt } = shapes[i] as Shape
  return (spendAt(marginal * (1 - h)) - spendAt(marginal * (1 + h))) / (2 * h * marginal)
}

/** The longest of the step's halvings that lowers the bound. Duals keep their signs: one that would not becomes 0. */
function shorten(dual: Dual, at: Duals, active: number[], move: Float64Array, bound: number) {
  for (let share = 1; share > 1e-3; share /= 2) {
    const rows = Float64Array.from(at.rows)
    active.forEach((r, a) => {
      const before = rows[r] as number
      const row = dual.rows[r] as Row
      const after = before - share * (move[a] as number)
      rows[r] = row.min === row.max || before * after > 0 ? after : 0
    })
    const target = at.target > 0 ? Math.max(0, at.target - share * (move[active.length] as number)) : 0
    const found = upperBound(dual.channels, multipliersOf(dual, { rows, target }).multipliers).value
    if (found <= bound + 1e-14 * Math.abs(bound)) return { duals: { rows, target }, bound: found }
  }
  return undefined
}

/** Solves matrix · x = right by elimination with pivots on the diagonal; undefined where it is singular. */
function solveSymmetric(matrix: Float64Array[], right: Float64Array): Float64Array | undefined {
  const size = right.length
  const solution = Float64Array.from(right)
  for (let p = 0; p < size; p++) {
    const row = matrix[p] as Float64Array
    const pivot = row[p] as number
    if (!(pivot > 0)) return undefined
    for (let q = p + 1; q < size; q++) {
      const other = matrix[q] as Float64Array
      const factor = (other[p] as number) / pivot
      if (factor === 0) continue
      for (let c = p; c < size; c++) other[c] = (other[c] as number) - factor * (row[c] as number)
      solution[q] = (solution[q] as number) - factor * (solution[p] as number)
    }
  }
  for (let p = size - 1; p >= 0; p--) {
    const row = matrix[p] as Float64Array
    let rest = solution[p] as number
    for (let c = p + 1; c < size; c++) rest -= (row[c] as number) * (solution[c] as number)
    solution[p] = rest / (row[p] as number)
  }
  return solution.every(Number.isFinite) ? solution : undefined
}
