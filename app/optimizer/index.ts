import { solveBnb } from "./bnb.ts"
import { solveByGlpk } from "./glpk.ts"
import { kept } from "./kept.ts"
import { solveKkt } from "./kkt.ts"
import { solveLp } from "./lp.ts"
import { isShaped, methodOf } from "./method.ts"
import { solveMip } from "./mip.ts"
import { assertProblem, type Means, type Method, type NoSolution, type Problem, type Solution } from "./problem.ts"

export { methodOf } from "./method.ts"
export type { Channel, ConstraintResult, LinearConstraint, Objective, Optimum, Problem, Solution } from "./problem.ts"

/** Nodes times channels that a search looks into at most: seconds, and far more than all but made-up problems need. */
const mostWork = 1_000_000

/**
 * The best allocation with its certificate, or why there is none. Synchronous, and the same to the last bit for the
 * same problem, unless `expired` ended it, and then the answer says so. `auto` takes kkt or lp for concave curves, bnb
 * or mip for others and for minimum buys: each time the first where there are no linear constraints.
 *
 * @throws RangeError naming the field, for numbers that no problem may have.
 */
export function solve(problem: Problem, means: Partial<Means> = {}): Solution {
  assertProblem(problem)
  const {
    solver = solveByGlpk,
    expired = () => false,
    mostNodes = Math.ceil(mostWork / problem.channels.length),
  } = means
  const method = methodOf(problem)
  const misfit = problem.method === "auto" ? undefined : unfit(problem, method)
  if (misfit) return misfit
  return kept(problem, solveBy(method, problem, { solver, expired, mostNodes }))
}

function solveBy(method: Method, problem: Problem, means: Means): Solution {
  switch (method) {
    case "kkt":
      return solveKkt(problem)
    case "lp":
      return solveLp(problem, means)
    case "bnb":
      return solveBnb(problem, means)
    case "mip":
      return solveMip(problem, means)
  }
}

/** Why a method that was asked for does not take the problem; undefined where it does. */
function unfit({ channels, constraints }: Problem, method: Method): NoSolution | undefined {
  const shaped = channels.filter(isShaped).map(({ name }) => name)
  const constrained = constraints.map(({ name }) => name)
  if (shaped.length > 0 && (method === "kkt" || method === "lp"))
    return notSolvable(
      `Method ${method} is exact on concave curves without minIfUsed only, and ${shaped.join(", ")} ` +
        `${shaped.length === 1 ? "has" : "have"} an S-shaped or convex curve or a minimum buy: use method auto.`,
    )
  if (constrained.length > 0 && (method === "kkt" || method === "bnb"))
    return notSolvable(
      `Method ${method} takes bounds and a total, but no further linear constraints, and there is ` +
        `${constrained.join(", ")}: use method auto.`,
    )
  return undefined
}

const notSolvable = (detail: string): NoSolution => ({ status: "not-solvable", detail })
