import type { Branching, Relaxed } from "./branching.ts"
import { valueAt } from "./certificate.ts"
import { type Channels, responseTo, sum } from "./channels.ts"
import { lines } from "./curves/piecewise.ts"
import type { Shape } from "./curves/shape.ts"
import { domainOf } from "./domain.ts"
import type { Domain } from "./envelope.ts"
import type { Model } from "./model.ts"
import type { Problem } from "./problem.ts"
import { concaveParts } from "./rounding.ts"

/** A share of the terms of a value that is rounding. */
const rounding = 1e-12

/** How far a tangent reaches, as a share of the spend at which it touches, or of the convex part if that is 0. */
const reach = 0.1

/**
 * The best spends of a search, solved once more on the concave parts on which they lie: to as many digits as prices want,
 * and within the user's own bounds, because those that rows and total imply would take over their prices.
 */
export function finished(
  problem: Problem,
  { channels, domains, goal }: Model,
  best: Relaxed,
  relax: Branching["relax"],
): Relaxed {
  const own = problem.channels.map((channel, i) => domainOf(channel) ?? (domains[i] as Domain))
  const parts = concaveParts(channels, own, best.spends)
  const found = relax(parts)
  if (!found || found.unmet) return priced(channels, own, parts, best, relax)
  const size = Math.max(goal.weight * responseTo(channels, best.spends), goal.price * sum(best.spends))
  const isNoWorse = valueAt(goal, channels, found.spends) >= valueAt(goal, channels, best.spends) - rounding * size
  return priced(channels, own, parts, isNoWorse ? found : best, relax)
}

/**
 * The same spends with the prices that hold where channels lie on their convex parts. Those were kept where they are, and
 * had no say; with the tangents of their curves in their place the spends are the best still, and all have one.
 */
function priced(
  { shapes }: Channels,
  own: readonly Domain[],
  parts: Channels,
  best: Relaxed,
  relax: Branching["relax"],
): Relaxed {
  const min = Float64Array.from(parts.min)
  const max = Float64Array.from(parts.max)
  const tangents = parts.shapes.map((part, i) => {
    const curve = shapes[i] as Shape
    const { used, high } = own[i] as Domain
    const spend = best.spends[i] as number
    if (curve.corners || spend < used || spend >= curve.inflection) return part
    const slope = curve.marginal(spend)
    const way = reach * (spend || Math.min(high, curve.inflection))
    const [low, end] = [Math.max(used, spend - way), Math.min(high, spend + way)]
    if (!(low < end && end < Infinity)) return part
    min[i] = low
    max[i] = end
    const at = (other: number) => ({ spend: other, response: curve.response(spend) + slope * (other - spend) })
    return lines(at(low), [at(end)])
  })
  if (tangents.every((shape, i) => shape === parts.shapes[i])) return best
  const found = relax({ shapes: tangents, min, max })
  if (!found || found.unmet) return best
  const { multipliers, totalShadowPrice, duals } = found
  return { ...best, multipliers, totalShadowPrice, ...(duals === undefined ? {} : { duals }) }
}
