import type { Bound } from "../../certificate.ts"
import type { LinearSolver } from "../../linear-program.ts"
import type { Limits } from "../../problem.ts"
import type { Band } from "./band.ts"
import type { Lagrangian, Part } from "./lagrangian.ts"
import { type Column, type Mix, mixOf, type Prices } from "./master.ts"

/** What is known of a part once its prices are found. */
export interface Settled {
  readonly bound: Bound
  readonly prices: Prices
  readonly part: Part
  /** By channel, the plans known to be in the part, and how the best mix of them is made. */
  readonly columns: readonly (readonly Column[])[]
  readonly mix: Mix | undefined
  /** How much of the bound the finest grids cost: no split makes it less. */
  readonly blur: number
}

export interface Settling extends Pick<Limits, "expired"> {
  readonly solver: LinearSolver
  /** A bound no higher will do. */
  readonly enough: number
  /** To which share of the bound prices are sought. */
  readonly wanted: number
  /** Steps that are made even where the time is up. */
  readonly leastSteps?: number
}

const mostSteps = 60

/** Grids of 256 · 2^level cells. */
const finestLevel = 6

/** Of what is above `enough`, the share that a bound may be above what any prices would give. */
const part = 0.1

/**
 * The prices at which a part's bound is lowest, by column generation: the channels' plans at some prices are mixed to the
 * best, and the prices of that are the next. Where the grids' errors are most of what is left, those are made finer.
 */
export function settle(
  lagrangian: Lagrangian,
  { bands, levels: from }: Part,
  start: Prices,
  pool: Column[][],
  { solver, expired, enough, wanted, leastSteps = 1 }: Settling,
): Settled {
  const levels = [...from]
  const columns = pool.map((own, c) => own.filter((column) => isWithin(column, bands[c] as Band)))
  let prices = start
  let at = lagrangian.at({ bands, levels }, prices)
  let best = { at, prices }
  let mix: Mix | undefined
  for (let step = 0; step < mostSteps; step++) {
    if (step > 0) at = lagrangian.at({ bands, levels }, prices)
    // With finer grids the same prices give less
    if (at.bound.value < best.at.bound.value) best = { at, prices }
    if (best.at.bound.value <= enough) break
    let added = 0
    at.columns.forEach((column, c) => {
      const own = columns[c] as Column[]
      if (own.some(({ plan }) => plan.every((spend, t) => spend === column.plan[t]))) return
      own.push(column)
      pool[c]?.push(column)
      added++
    })
    mix = mixOf(columns, lagrangian.model.polytope, lagrangian.model.goal, solver)
    if (!mix || (step + 1 >= leastSteps && expired())) break
    const { value } = best.at.bound
    const left = value - mix.value
    const room = enough > -Infinity ? Math.min(mix.value, value) - enough : 0
    const tolerance = Math.max(wanted * Math.abs(value), part * room)
    if (left <= tolerance) break
    const error = best.at.errors.reduce((sum, each) => sum + each, 0)
    const next = lagrangian.pricesOf(bands, columns, mix)
    const isSame = added === 0 && samePrices(next, prices)
    if (!isSame && error <= left / 2) {
      prices = next
      continue
    }
    if (isSame && error <= left / 2) break
    const fine = refined(levels, best.at.errors)
    if (fine === 0 && isSame) break
    prices = fine > 0 ? best.prices : next
  }
  const blur = best.at.errors.reduce((sum, error, c) => ((levels[c] as number) < finestLevel ? sum : sum + error), 0)
  return { bound: best.at.bound, prices: best.prices, part: { bands, levels }, columns, mix, blur }
}

/** Makes the grids finer that have their part of the error, and says how many. */
function refined(levels: number[], errors: Float64Array): number {
  const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length
  let count = 0
  errors.forEach((error, c) => {
    const level = levels[c] as number
    if (error < mean / 2 || level >= finestLevel) return
    levels[c] = level + 1
    count++
  })
  return count
}

const samePrices = (a: Prices, b: Prices): boolean =>
  a.target === b.target &&
  a.rows.every((price, r) => price === b.rows[r]) &&
  a.rates.every((rates, c) => rates.every((rate, t) => rate === b.rates[c]?.[t]))

/** A share of a state that is rounding. */
const rounding = 1e-12

const isWithin = ({ states }: Column, { low, high }: Band): boolean =>
  states.every((state, t) => {
    const slack = rounding * state
    return state >= (low[t] as number) - slack && state <= (high[t] as number) + slack
  })
