import { goalValue } from "../certificate.ts"
import { type Channels, responseTo, sum } from "../channels.ts"
import type { Shape } from "../curves/shape.ts"
import { concavePart, type Domain, envelopeOf } from "../envelope.ts"
import { minorantOf } from "./minorant.ts"
import type { PeriodsModel } from "./model.ts"
import type { RelaxedPeriods } from "./relax.ts"

/** Each step is a whole problem: so many at most, and another only after a gain of this share. */
const mostSteps = 12
const gain = 1e-8

/** Solves with concave curves of exposures and, after them, the bounds of spends; undefined where nothing is feasible. */
export type SolveParts = (parts: Channels) => RelaxedPeriods | undefined

/**
 * A local optimum above some exposures and spends (`start`, in this order): each step solves with minorants of the curves that
 * touch them where the step before ended, so none is worse than the one before, up to the value `until`. Undefined where a spend's gap leaves nothing feasible.
 */
export function climb(
  model: PeriodsModel,
  domains: readonly Domain[],
  start: Float64Array,
  solve: SolveParts,
  expired: () => boolean,
  until = Infinity,
): RelaxedPeriods | undefined {
  let best: RelaxedPeriods | undefined
  let most = -Infinity
  let at = start
  for (let step = 0; step < mostSteps; step++) {
    const found = solve(partsAround(model, domains, at))
    if (!found) break
    const value = earnedBy(model, found)
    if (!(value > most)) break
    const isSmall = value - most <= gain * Math.abs(value)
    best = found
    most = value
    if (isSmall || value >= until || expired()) break
    at = Float64Array.of(...found.exposures, ...found.plan)
  }
  return best
}

/** By the curves themselves. */
export const earnedBy = (
  { goal, channels }: Pick<PeriodsModel, "goal" | "channels">,
  { plan, exposures }: Pick<RelaxedPeriods, "plan" | "exposures">,
): number => goalValue(goal, responseTo(channels, exposures), sum(plan))

/**
 * Concave curves that touch the model's at some exposures, and spends on the side of their gap to which they are nearer.
 * Straight pieces that are not concave stay where they are: on their concave part.
 */
export function partsAround(
  { channels, exposures, polytope }: PeriodsModel,
  domains: readonly Domain[],
  at: Float64Array,
): Channels {
  const count = exposures.length
  const flatSpends = polytope.min.length
  const shapes: Shape[] = []
  const min = new Float64Array(count + flatSpends)
  const max = new Float64Array(count + flatSpends)
  domains.forEach((domain, i) => {
    const { low, used, high } = domain
    const curve = channels.shapes[i]
    const spend = at[i] as number
    const isPieces = curve?.corners !== undefined
    const ends = isPieces ? concavePart(curve, domain, spend) : spend < (low + used) / 2 ? [low, low] : [used, high]
    min[i] = ends[0] as number
    max[i] = ends[1] as number
    if (!curve) return
    const part = { low: min[i] as number, used: min[i] as number, high: max[i] as number }
    shapes.push(isPieces ? envelopeOf(curve, part).shape : minorantOf(curve, spend, high))
  })
  return { shapes, min, max }
}
