import type { Branched } from "../branch.ts"
import { gapOf } from "../certificate.ts"
import { responseTo, sum } from "../channels.ts"
import { gapTolerance, type Means } from "../problem.ts"
import { certifyEach } from "./certificate.ts"
import { lagrangianOf } from "./chain/lagrangian.ts"
import { searchChains } from "./chain/search.ts"
import { earnedBy } from "./climb.ts"
import { climbFrom, type Known, searchEnvelopes } from "./envelopes.ts"
import { loosened, type PeriodsModel } from "./model.ts"
import type { PeriodsProblem } from "./problem.ts"
import { exposuresAt, ofAnswer, type RelaxedPeriods } from "./relax.ts"

export interface Searched extends Pick<Branched, "bound" | "nodes" | "stopped"> {
  readonly found: RelaxedPeriods | undefined
}

/**
 * The best plan of curves of any shape and of minimum buys, climbed from once more to all digits, with the bound of its
 * search: by dynamic programming of each channel where exposures follow from the ones before, and where that leaves a
 * gap, or they do not, on concave envelopes of the curves.
 */
export function searchPeriods(problem: PeriodsProblem, model: PeriodsModel, means: Means, known: Known = {}): Searched {
  const { until = Infinity } = known
  const lagrangian = lagrangianOf(problem, model)
  const chained = lagrangian && searchChains(lagrangian, means, known)
  if (chained?.plan && isDone(model, chained.plan, chained, until)) {
    const best = planned(model, chained.plan)
    return { ...chained, found: until === Infinity ? finished(model, best, means) : best }
  }
  const start = chained?.plan
  const left = { ...means, mostNodes: means.mostNodes - (chained?.nodes ?? 0) }
  const { best, bound, nodes, stopped } = searchEnvelopes(problem, model, left, start ? { ...known, start } : known)
  const found = best?.found
  return {
    bound: chained && chained.bound.value < bound.value ? chained.bound : bound,
    nodes: nodes + (chained?.nodes ?? 0),
    stopped,
    found: found && until === Infinity ? finished(model, found, means) : found,
  }
}

/** Whether there is nothing left to look for, or no time to. */
function isDone(
  { goal, channels, exposures }: PeriodsModel,
  plan: Float64Array,
  { bound, stopped }: Omit<Searched, "found">,
  until: number,
): boolean {
  if (stopped || until < Infinity) return true
  return gapOf(goal, bound, responseTo(channels, exposuresAt({ exposures }, plan)), sum(plan)) <= gapTolerance
}

/** A plan with what is known of it without a solver. */
const planned = (model: PeriodsModel, plan: Float64Array): RelaxedPeriods => ({
  ...certifyEach(model),
  plan,
  exposures: exposuresAt(model, plan),
  gap: Infinity,
  programs: 0,
})

/** What a plan may lose of its worth for prices that are exactly its own: a tenth of what is promised. */
const hair = gapTolerance / 10

/** The best plan of a search, climbed from once more to all digits: for its prices, which are those of the curves there. */
function finished(model: PeriodsModel, best: RelaxedPeriods, means: Means): RelaxedPeriods {
  const found = climbFrom(loosened(model), best.plan, means, { wanted: ofAnswer })
  const value = earnedBy(model, best)
  return found && earnedBy(model, found) >= value - hair * Math.abs(value) ? found : best
}
