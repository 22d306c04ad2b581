import type { Shape } from "../../curves/shape.ts"
import { type Exposure, exposureAt } from "../exposures.ts"
import type { Band } from "./band.ts"
import type { Chain } from "./chain.ts"
import type { Column } from "./master.ts"

/**
 * What leaves an exposure where an adstock ends is a share of an earlier state. Seen from the stage alone it may be that
 * of any state in the band, at a price a unit of exposure that the earlier state is paid: whatever the prices, no plan is
 * worth more than so (Guignard, Kim, "Lagrangean decomposition", 1987). The stage is then worth the most of its curve
 * less its price on a range of exposures.
 */

/** Slopes of curves are looked at up to this one. */
const steepest = 1e9

/** Steps in which a price is halved in on. */
const halvings = 40

/** Between what the exposure of a stage may be for all that its own state says. */
function rangeOf({ past, least, after, lost }: Chain, { low, high }: Band, states: Float64Array, t: number) {
  const before = past[t] as number
  const lowest = before + (least[t] as number) - lost * (least[t - after] as number)
  const end = (left: number) => Math.max(lowest, before + (states[t] as number) - lost * left)
  return { from: end(high[t - after] as number), to: end(low[t - after] as number) }
}

/** Where weight · curve − rate · exposure is most on a range. */
function bestIn(shape: Shape, weight: number, rate: number, from: number, to: number): number {
  const worth = (at: number) => weight * shape.response(at) - rate * at
  const end = worth(to) > worth(from) ? to : from
  if (!(weight > 0 && rate > 0) || to <= shape.inflection) return end
  const within = Math.min(to, Math.max(from, shape.spendAt(rate / weight)))
  return worth(within) > worth(end) ? within : end
}

/** By how much a plan is worth more so than it is. */
export function excessOf(
  chain: Chain,
  exposures: readonly Exposure[],
  band: Band,
  { states, reached }: Pick<Column, "states" | "reached">,
  weight: number,
  rates: Float64Array,
): number {
  if (chain.lost === 0) return 0
  let over = 0
  for (let t = chain.after; t < states.length; t++) {
    const { shape } = exposures[chain.exposure + t] as Exposure
    const { from, to } = rangeOf(chain, band, states, t)
    const rate = rates[t] as number
    const at = bestIn(shape, weight, rate, from, to)
    const is = reached[t] as number
    over += Math.max(0, weight * (shape.response(at) - shape.response(is)) - rate * (at - is))
  }
  return over
}

/** By stage, the prices at which a mix of plans is worth the least so. */
export function ratesOf(
  chain: Chain,
  exposures: readonly Exposure[],
  band: Band,
  columns: readonly Column[],
  shares: Float64Array,
  weight: number,
): Float64Array {
  const rates = new Float64Array(chain.past.length)
  if (chain.lost === 0 || weight === 0) return rates
  const used = columns.flatMap((column, k) =>
    (shares[k] as number) > 0 ? [{ column, share: shares[k] as number }] : [],
  )
  for (let t = chain.after; t < rates.length; t++) {
    const { shape } = exposures[chain.exposure + t] as Exposure
    const ranges = used.map(({ column }) => rangeOf(chain, band, column.states, t))
    /** How much less exposure than the plans have is best at a rate: it rises with the rate. */
    const missing = (rate: number) =>
      used.reduce((sum, { column, share }, k) => {
        const { from, to } = ranges[k] as (typeof ranges)[number]
        // In the range but for rounding, without which no rate would do
        const reached = Math.min(to, Math.max(from, column.reached[t] as number))
        return sum + share * (reached - bestIn(shape, weight, rate, from, to))
      }, 0)
    // A curve that starts upright has no end of rates at 0, and none of use beyond the largest
    const slope = Math.min(steepest, shape.marginal(used[0]?.column.reached[t] as number))
    let [low, high] = [0, 2 * weight * slope + 1 / steepest]
    while (missing(high) < 0 && high < weight * steepest) [low, high] = [high, 2 * high]
    for (let step = 0; step < halvings; step++) {
      const middle = (low + high) / 2
      if (missing(middle) < 0) low = middle
      else high = middle
    }
    rates[t] = (low + high) / 2
  }
  return rates
}

export const reachedBy = (chain: Chain, exposures: readonly Exposure[], spends: Float64Array): Float64Array =>
  Float64Array.from(chain.past, (_, t) => exposureAt(exposures[chain.exposure + t] as Exposure, spends))
