import type { Polytope } from "../../feasible.ts"
import type { Goal } from "../../goal.ts"
import type { LinearRow, LinearSolver } from "../../linear-program.ts"
import { digits } from "../program.ts"

/** One plan of one channel. */
export interface Column {
  /** By period. */
  readonly plan: Float64Array
  /** By stage, as the channel's chain makes them. */
  readonly states: Float64Array
  /** By stage: exposures. */
  readonly reached: Float64Array
  readonly response: number
  readonly spend: number
  /** By row of the polytope: what the plan takes of it. */
  readonly uses: Float64Array
}

/** Prices of what binds channels together. */
export interface Prices {
  /** By row of the polytope; below 0 where a min binds. */
  readonly rows: Float64Array
  /** Of one unit less of the goal's target. */
  readonly target: number
  /** By channel and stage, of one unit of exposure, in what leaves it where an adstock ends. */
  readonly rates: readonly Float64Array[]
}

export interface Mix {
  /** By channel and column: which part of it is taken. */
  readonly shares: readonly Float64Array[]
  /** Of the mix as a whole, as if every channel were worth the mean of its plans. */
  readonly value: number
  readonly prices: Omit<Prices, "rates">
}

/** What a row's bound costs that is missed by its own size, beside all that the columns are worth. */
const penalty = 100

/**
 * The best mix of known plans, one in all from each channel, that meets the rows and the target (Dantzig, Wolfe,
 * "Decomposition principle for linear programs", 1960). What cannot be met is missed at a price, so that there always is
 * one. Undefined where the solver breaks down.
 */
export function mixOf(
  columns: readonly (readonly Column[])[],
  { rows }: Pick<Polytope, "rows">,
  { weight, price, target }: Goal,
  solver: LinearSolver,
): Mix | undefined {
  const all = columns.flat()
  const worth = (column: Column) => weight * column.response - price * column.spend
  const objective = all.map(worth)
  const surpluses = target ? all.map(({ response, spend }) => target.weight * response - target.price * spend) : []
  const unit = Math.max(...objective.map(Math.abs)) || Math.max(...surpluses.map(Math.abs)) || 1
  let at = 0
  const convex = columns.map((own): LinearRow => {
    const indices = own.map(() => at++)
    return { columns: indices, coefficients: indices.map(() => 1), min: 1, max: 1 }
  })
  const bounds = [
    ...rows.map(({ min, max }, r) => ({ uses: all.map(({ uses }) => uses[r] as number), min, max })),
    ...(target ? [{ uses: surpluses, min: target.least, max: Infinity }] : []),
  ]
  const scales = bounds.map(
    ({ uses, min, max }) => Math.max(...uses.map(Math.abs), ...[min, max].filter(Number.isFinite).map(Math.abs)) || 1,
  )
  const missing: number[] = []
  const coupled = bounds.map(({ uses, min, max }, r): LinearRow => {
    const scale = scales[r] as number
    const own = [max < Infinity ? -1 : 0, min > -Infinity ? 1 : 0].filter((sign) => sign !== 0)
    const first = all.length + missing.length
    missing.push(...own)
    return {
      columns: [...all.keys(), ...own.map((_, k) => first + k)],
      coefficients: [...uses.map((use) => use / scale), ...own],
      min: min / scale,
      max: max / scale,
    }
  })
  const size = columns.length * penalty * digits
  const solution = solver({
    objective: [...objective.map((value) => (value / unit) * digits), ...missing.map(() => -size)],
    lower: new Float64Array(all.length + missing.length),
    upper: new Float64Array(all.length + missing.length).fill(Infinity),
    rows: [...convex, ...coupled],
  })
  if (solution.status !== "optimal") return undefined
  const dual = (r: number) => ((solution.duals[columns.length + r] as number) * (unit / digits)) / (scales[r] as number)
  let value = 0
  all.forEach((_, k) => {
    value += (solution.values[k] as number) * (objective[k] as number)
  })
  missing.forEach((_, k) => {
    value -= (solution.values[all.length + k] as number) * size * (unit / digits)
  })
  let next = 0
  const shares = columns.map((own) => Float64Array.from(own, () => Math.max(0, solution.values[next++] as number)))
  return {
    shares: shares.map((own) => own.map((share) => share / own.reduce((sum, each) => sum + each, 0))),
    value,
    prices: {
      rows: Float64Array.from(rows, (_, r) => dual(r)),
      target: target ? Math.max(0, -dual(rows.length)) : 0,
    },
  }
}
