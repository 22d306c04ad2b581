import type { Multipliers } from "./certificate.ts"
import type { Channels } from "./channels.ts"
import type { Shape } from "./curves/shape.ts"
import { type Goal, priced } from "./goal.ts"
import type { Row } from "./rows.ts"

/** The duals of a problem with rows. */
export interface Duals {
  /** By row, in units of the goal per unit of the row; below 0 where a min binds. */
  readonly rows: Float64Array
  /** Of the goal's target: what one unit less of it adds. At least 0. */
  readonly target: number
}

/**
 * The multipliers that duals make, and the duals that are kept: one whose sign points at an open bound, as a solver's
 * tolerance may leave it, counts as 0.
 */
export function multipliersOf(
  { goal, channels, rows }: { goal: Goal; channels: Channels; rows: readonly Row[] },
  duals: Duals,
): Duals & { multipliers: Multipliers } {
  const ofTarget = goal.target ? Math.max(0, duals.target) : 0
  const { weight, price, ...whole } = priced(goal, ofTarget)
  const prices = new Float64Array(channels.min.length).fill(price)
  let { constant } = whole
  const kept = duals.rows.map((dual, r) => {
    const row = rows[r] as Row
    const bound = dual > 0 ? row.max : row.min
    if (dual === 0 || !Number.isFinite(bound)) return 0
    row.channels.forEach((channel, k) => {
      prices[channel] = (prices[channel] as number) + dual * (row.coefficients[k] as number)
    })
    constant += dual * bound
    return dual
  })
  const marginals = prices.map((sum) => sum / weight)
  return { multipliers: { weight, prices, marginals, constant }, rows: kept, target: ofTarget }
}

/** The spends that multipliers ask for: in each channel, where its next unit stops earning its price. */
export function spendsOf({ shapes, min, max }: Channels, { weight, prices, marginals }: Multipliers): Float64Array {
  return marginals.map((marginal, i) => {
    const price = prices[i] as number
    const free = weight > 0 && marginal >= 0 ? (shapes[i] as Shape).spendAt(marginal) : price > 0 ? 0 : Infinity
    return Math.min(max[i] as number, Math.max(min[i] as number, free))
  })
}
