import { branchAndBound } from "./branch.ts"
import type { Branching } from "./branching.ts"
import { responseTo, sum } from "./channels.ts"
import { below } from "./domain.ts"
import { type Goal, isMet, surplusGoal } from "./goal.ts"
import type { Model } from "./model.ts"
import { feasibilityTolerance, type Limits } from "./problem.ts"
import { largest } from "./schema.ts"

/**
 * Whether all of a problem's demands can be met together, by a search for the spends of most surplus over its target,
 * or, where it has none, for any. A search that was stopped counts as yes: what is called a conflict must be one.
 */
export function canBeMet(
  model: Model | undefined,
  relaxing: (goal: Goal) => Pick<Branching, "relax" | "mayShift">,
  limits: Limits,
): boolean {
  if (!model) return false
  const { channels } = model
  const { target } = model.goal
  const goal: Goal = target ? surplusGoal(target) : { weight: 0, price: 1, target: undefined, sign: -1 }
  const domains = model.domains.map((domain) => below(domain, Math.max(domain.low, largest)) ?? domain)
  const until = target ? target.least * (1 - feasibilityTolerance) : -Infinity
  const { best, stopped } = branchAndBound({ ...model, domains, goal, ...relaxing(goal), ...limits, until })
  if (stopped) return true
  if (!best || !target) return best !== undefined
  const { spends } = best
  const [response, spend] = [responseTo(channels, spends), sum(spends)]
  // The limit of a curve is never reached, so there a tolerance might ask for a spend without end
  const isEndless = spends.some((value, i) => value >= largest && channels.max[i] === Infinity)
  return isMet(target, response, spend, isEndless ? 0 : feasibilityTolerance)
}
