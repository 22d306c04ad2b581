import { type Bound, type Multipliers, upperBound } from "../certificate.ts"
import { priced } from "../goal.ts"
import type { Program, Solved } from "./program.ts"

/** A bound on the goal, with the multipliers of exposures and spends that prove it, and the rows' duals that are kept. */
export interface Certificate {
  readonly bound: Bound
  readonly multipliers: Multipliers
  readonly rows: Float64Array
  /** What one unit less of the goal's target adds; at least 0. */
  readonly target: number
  /** By spend, what one more unit of it adds by these multipliers, which is kept down or up by its bounds alone. */
  readonly earns: Float64Array
}

/**
 * The Lagrangian's largest value: nothing feasible is better, whatever the values and duals are (weak duality). With
 * values v of the exposures z = past + W x and duals u of the rows A x ≤ b it falls apart into curves and spends:
 * Σ max (weight · curve(z) − v · z) + Σ max (Wᵀ v − price − Aᵀ u) · x + v · past + u · b, each within its own bounds;
 * weight and price are the goal's with its target's surplus at the price of the target's dual.
 */
export function certify(
  { goal, polytope, exposures, channels }: Pick<Program, "goal" | "polytope" | "exposures" | "channels">,
  { values, rows: duals, target: dual }: Pick<Solved, "values" | "rows" | "target">,
): Certificate {
  const target = goal.target ? Math.max(0, dual) : 0
  const { weight, price, ...whole } = priced(goal, target)
  const earns = new Float64Array(polytope.min.length).fill(-price)
  let { constant } = whole
  let size = Math.abs(constant)
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
  // A negative zero, as solvers write a dual, would be infinite spends of the wrong sign
  const marginals = values.map((value) => value / weight || 0)
  const multipliers = { weight, prices: values, marginals, constant }
  const bound = upperBound(channels, multipliers)
  return { bound: { value: bound.value, size: bound.size + size }, multipliers, rows, target, earns }
}

/** What is known without a solver: the most of every curve, at no cost but that of the least spends. */
export function certifyEach(program: Pick<Program, "goal" | "polytope" | "exposures" | "channels">): Certificate {
  const { exposures, polytope } = program
  const values = new Float64Array(exposures.length)
  return certify(program, { values, rows: new Float64Array(polytope.rows.length), target: 0 })
}
