import { goalOf } from "./goal.ts"
import { kept } from "./kept.ts"
import { solveKkt } from "./kkt.ts"
import { isShaped } from "./method.ts"
import { assertProblem, type Problem, type Solution, type Total } from "./problem.ts"

/** Whether one sweep along the path of marginals answers every total of the problem: where kkt solves it. */
export const canSweep = ({ channels, constraints, method }: Problem): boolean =>
  (method === "auto" || method === "kkt") && constraints.length === 0 && !channels.some(isShaped)

/** A marginal is known to rounding; the search keeps this share of room above it. */
const room = 1e-9

/**
 * The problem at each of several totals, in their order, which must not fall. All lie on one path, along which the
 * common marginal falls as the total rises: each search begins where the one before ended. A generator, so that the
 * caller may do other work between two totals.
 *
 * @throws RangeError for numbers that no problem may have, for totals that fall, and where `canSweep` is false.
 */
export function* frontier(problem: Problem, totals: readonly number[], spend: Total["spend"]): Generator<Solution> {
  if (!canSweep(problem))
    throw new RangeError("problem: only concave curves without minimum buys and linear constraints are swept")
  const fall = totals.findIndex((total, i) => !(total >= (totals[i - 1] ?? 0)))
  if (fall >= 0) throw new RangeError(`totals[${fall}] is ${totals[fall]}: totals must be numbers that do not fall`)
  assertProblem({ ...problem, total: { amount: totals.at(-1) ?? 0, spend } })
  const goal = goalOf(problem.objective)
  let ceiling = Infinity
  for (const amount of totals) {
    const at: Problem = { ...problem, total: { amount, spend } }
    const solution = kept(at, solveKkt(at, ceiling))
    // Below the least total there is no marginal yet; a target's multiplier is not one of the total
    if (solution.status === "optimal" && !goal.target && goal.weight > 0) {
      const price = solution.totalShadowPrice + goal.price
      // What is rounding is told as 0, where a larger total still has a price
      if (price > 0) ceiling = (price / goal.weight) * (1 + room)
    }
    yield solution
  }
}
