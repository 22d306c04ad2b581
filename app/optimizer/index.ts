import { isConcave } from "./curves.ts"
import { solveKkt } from "./kkt.ts"
import { solveLp } from "./lp.ts"
import { assertProblem, type NoSolution, type Problem, type Solution } from "./problem.ts"

export type { Channel, ConstraintResult, LinearConstraint, Objective, Optimum, Problem, Solution } from "./problem.ts"

/**
 * The best allocation with its certificate, or why there is none. Synchronous, and the same to the last bit for the
 * same problem. `auto` takes kkt where there are no linear constraints, else lp.
 *
 * @throws RangeError naming the field, for numbers that no problem may have.
 */
export function solve(problem: Problem): Solution {
  assertProblem(problem)
  const shaped = problem.channels.filter((channel) => !isConcave(channel.curve)).map((channel) => channel.name)
  if (shaped.length > 0)
    return notSolvable(
      `The curve of ${shaped.join(", ")} is not concave (S-shaped or convex), and kkt and lp are exact on concave curves only: ` +
        "use a Hill slope or power exponent of at most 1, or piecewise slopes that fall.",
    )
  const { constraints } = problem
  if (problem.method === "lp" || (problem.method === "auto" && constraints.length > 0)) return solveLp(problem)
  if (constraints.length > 0)
    return notSolvable(
      `Method kkt takes bounds and a total, but no further linear constraints, and there is ${constraints.map(({ name }) => name).join(", ")}: use method auto or lp.`,
    )
  return solveKkt(problem)
}

const notSolvable = (detail: string): NoSolution => ({ status: "not-solvable", detail })
