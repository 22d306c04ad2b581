import { branchAndBound } from "./branch.ts"
import type { Branching } from "./branching.ts"
import { optimum } from "./certificate.ts"
import { infeasible } from "./conflicts.ts"
import { finished } from "./finish.ts"
import type { Goal } from "./goal.ts"
import { beyondCounting, endlessChannel, equalize, meets } from "./kkt.ts"
import { canBeMet } from "./meetable.ts"
import { modelOf, usedOf } from "./model.ts"
import { type Limits, nothingFound, type Problem, type Solution } from "./problem.ts"
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
  const by = relaxing(problem)(goal)
  const found = branchAndBound({ ...model, ...by, ...limits })
  if (!found.best) return found.stopped ? nothingFound(found.stopped) : infeasible(problem, canMeet)
  const beyond = problem.total ? -1 : beyondCounting(channels, goal, found.best.spends)
  if (beyond >= 0) return unbounded(problem, [beyond])
  return optimum(goal, channels, {
    ...finished(problem, model, found.best, by.relax),
    method: "bnb",
    bound: found.bound,
    constraints: [],
    iterations: found.nodes,
    stopped: found.stopped,
    used: usedOf(problem),
  })
}

const relaxing =
  ({ total }: Problem) =>
  (goal: Goal): Pick<Branching, "relax" | "mayShift" | "mayCount"> => ({
    relax: (channels) => (meets(channels, goal, total) ? equalize(channels, goal, total) : undefined),
    mayShift: true,
    mayCount: true,
  })
