import { branchAndBound } from "./branch.ts"
import type { Branching, Relaxed } from "./branching.ts"
import { type Multipliers, optimum } from "./certificate.ts"
import { sum } from "./channels.ts"
import { infeasible } from "./conflicts.ts"
import { patience } from "./counting.ts"
import { finished } from "./finish.ts"
import type { Goal } from "./goal.ts"
import { endlessChannel, equalize, meets } from "./kkt.ts"
import { canBeMet } from "./meetable.ts"
import { type Model, modelOf, usedOf } from "./model.ts"
import { feasibilityTolerance, type Limits, nothingFound, type Problem, type Solution, type Total } from "./problem.ts"
import { largest } from "./schema.ts"
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
  const by = relaxing(problem)(goal)
  const found = branchAndBound({ ...model, ...by, ...limits })
  if (!found.best) return found.stopped ? nothingFound(found.stopped) : infeasible(problem, canMeet)
  const beyond = found.best.spends.findIndex(
    (spend, i) => goal.weight > 0 && channels.max[i] === Infinity && spend > largest / 2,
  )
  if (beyond >= 0) return unbounded(problem, [beyond])
  return optimum(goal, channels, {
    ...priced(problem, model, finished(problem, model, found.best, by.relax)),
    method: "bnb",
    bound: found.bound,
    constraints: [],
    iterations: found.nodes,
    stopped: found.stopped,
    used: usedOf(problem),
  })
}

/**
 * Where the total binds and a channel lies on its convex part, the next unit is worth most there: the search kept that
 * channel where it was, and priced the total by the others alone.
 */
function priced({ total }: Problem, { goal, channels }: Model, best: Relaxed): Relaxed {
  if (!total || goal.target || sum(best.spends) < total.amount * (1 - feasibilityTolerance)) return best
  const steepest = channels.shapes.reduce((most, curve, i) => {
    const spend = best.spends[i] as number
    const isOnTheWay = spend > (channels.min[i] as number) && spend < (channels.max[i] as number)
    return isOnTheWay && spend < curve.inflection ? Math.max(most, curve.marginal(spend)) : most
  }, 0)
  const price = goal.weight * steepest
  if (!(goal.weight > 0 && price > best.totalShadowPrice + goal.price)) return best
  const { constant } = best.multipliers
  const same = (value: number) => new Float64Array(best.spends.length).fill(value)
  const multipliers = { weight: goal.weight, prices: same(price), marginals: same(steepest), constant }
  return { ...best, multipliers, totalShadowPrice: price - goal.price }
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
