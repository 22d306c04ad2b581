import { type Bound, type Multipliers, upperBound } from "../certificate.ts"
import type { Program, Solved } from "./program.ts"

/** A bound on the goal, with the multipliers of exposures and spends that prove it, and the rows' duals that are kept. */
export interface Certificate {
  readonly bound: Bound
  readonly multipliers: Multipliers
  readonly rows: Float64Array
  /** By spend, what one more unit of it adds by these multipliers, which is kept down or up by its bounds alone. */
  readonly earns: Float64Array
}

/**
 * The Lagrangian's largest value: nothing feasible is better, whatever the values and duals are (weak duality). With
 * values v of the exposures z = past + W x and duals u of the rows A x ≤ b it falls apart into curves and spends:
 * Σ max (weight · curve(z) − v · z) + Σ max (Wᵀ v − price − Aᵀ u) · x + v · past + u · b, each within its own bounds.
 */
export function certify(
  { goal, polytope, exposures, channels }: Pick<Program, "goal" | "polytope" | "exposures" | "channels">,
  { values, rows: duals }: Pick<Solved, "values" | "rows">,
): Certificate {
  const earns = new Float64Array(polytope.min.length).fill(-goal.price)
  let constant = 0
  let size = 0
  exposures.forEach(({ columns, weights, past }, e) => {
    const value = values[e] as number
    constant += value * past
    columns.forEach((j, k) => {
      earns[j] = (earns[j] as number) + value * (weights[k] as number)
    })
  })
  const rows = duals.map((dual, r) => {
    const row = polytope.rows[r] as (typeof polytope.rows)[number]
    const bound = dual > 0 ? row.max : row.min
    // A sign that points at an open bound, as a solver's tolerance may leave it, counts as 0
    if (dual === 0 || !Number.isFinite(bound)) return 0
    row.channels.forEach((j, k) => {
      earns[j] = (earns[j] as number) - dual * (row.coefficients[k] as number)
    })
    constant += dual * bound
    size += Math.abs(dual * bound)
    return dual
  })
  earns.forEach((rate, j) => {
    const term = rate * ((rate > 0 ? polytope.max[j] : polytope.min[j]) as number)
    constant += term
    size += Math.abs(term)
  })
  // A dual may be −0, of which no curve knows the spend
  const marginals = values.map((value) => value / goal.weight + 0)
  const multipliers = { weight: goal.weight, prices: values, marginals, constant }
  const bound = upperBound(channels, multipliers)
  return { bound: { value: bound.value, size: bound.size + size }, multipliers, rows, earns }
}
