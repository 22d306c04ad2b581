import type { Branching } from "./branching.ts"
import { type Multipliers, optimum } from "./certificate.ts"
import { infeasible } from "./conflicts.ts"
import { patience } from "./counting.ts"
import { finished } from "./finish.ts"
import type { Goal } from "./goal.ts"
import { beyondCounting, endlessChannel, equalize, meets } from "./kkt.ts"
import { canBeMet } from "./meetable.ts"
import { modelOf, usedOf } from "./model.ts"
import type { Limits, Problem, Solution, Total } from "./problem.ts"
import { searchBest } from "./reach.ts"
import type { Ray } from "./terms.ts"
import { unbounded } from "./unbounded.ts"

/**
 * Curves of any shape and minimum buys, bounds and at most a total: branch and bound whose nodes are solved as by kkt.
 * The problem must have no linear constraints.
 */
export function solveBnb(problem: Problem, limits: Limits): Solution {
  const canMeet = (other: Problem) => canBeMet(modelOf(other), relaxing(other), limits)
  const model = modelOf(problem)
  if (!model) return infeasible(problem, canMeet)
  const { channels, goal } = model
  const endless = endlessChannel(channels, goal, problem.total)
  if (endless !== undefined) return canMeet(problem) ? unbounded(problem, [endless]) : infeasible(problem, canMeet)
  const found = searchBest(model, relaxing(problem), limits)
  if ("status" in found) return found
  if (!found.best) return infeasible(problem, canMeet)
  const beyond = problem.total ? -1 : beyondCounting(channels, goal, found.best.spends)
  if (beyond >= 0) return unbounded(problem, [beyond])
  return optimum(goal, channels, {
    ...finished(problem, model, found.best, relaxing(problem)(goal).relax),
    method: "bnb",
    bound: found.bound,
    constraints: [],
    iterations: found.nodes,
    stopped: found.stopped,
    used: usedOf(problem),
  })
}

export const relaxing =
  ({ total }: Problem) =>
  (goal: Goal): Pick<Branching, "relax" | "mayShift" | "countAfter" | "rayOf"> => ({
    relax: (channels) => (meets(channels, goal, total) ? equalize(channels, goal, total) : undefined),
    mayShift: true,
    countAfter: patience,
    rayOf: (multipliers) => priceOf(goal, total, multipliers),
  })

/** The prices of a total, where it and not a target is what binds: of any sign, where all of it must be spent. */
function priceOf(goal: Goal, total: Total | undefined, { weight, prices }: Multipliers): Ray | undefined {
  if (!total || weight !== goal.weight) return undefined
  const price = prices[0] as number
  return {
    goal,
    turn: 0,
    tolls: prices.map(() => 1),
    rate: total.amount,
    start: price - goal.price,
    unit: price > 0 ? price : goal.price,
    least: total.spend === "exactly" ? -Infinity : 0,
  }
}
