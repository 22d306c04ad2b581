import type { Branching, Relaxed } from "./branching.ts"
import { valueAt } from "./certificate.ts"
import { responseTo, sum } from "./channels.ts"
import { domainOf } from "./domain.ts"
import type { Domain } from "./envelope.ts"
import type { Model } from "./model.ts"
import type { Problem } from "./problem.ts"
import { concaveParts } from "./rounding.ts"

/** A share of the terms of a value that is rounding. */
const rounding = 1e-12

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
  const found = relax(concaveParts(channels, own, best.spends))
  if (!found || found.unmet) return best
  const size = Math.max(goal.weight * responseTo(channels, best.spends), goal.price * sum(best.spends))
  const isNoWorse = valueAt(goal, channels, found.spends) >= valueAt(goal, channels, best.spends) - rounding * size
  return isNoWorse ? found : best
}
