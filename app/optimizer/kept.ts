import { goalOf, isMet } from "./goal.ts"
import { feasibilityTolerance, type Optimum, type Problem, type Solution } from "./problem.ts"
import { rowsOf, violation } from "./rows.ts"

/**
 * The last line against an answer that is none: what an optimum breaks by more than `feasibilityTolerance`, or undefined
 * where it keeps everything. By the problem alone: nothing of what found the optimum is asked.
 */
export function brokenBy(
  problem: Problem,
  { allocation, response, objective, gap }: Pick<Optimum, "allocation" | "response" | "objective" | "gap">,
): string | undefined {
  const { channels, total, constraints } = problem
  let spent = 0
  for (let i = 0; i < channels.length; i++) {
    const { name, min, max, minIfUsed = 0 } = channels[i] as Problem["channels"][number]
    const spend = allocation[i] as number
    spent += spend
    // False for NaN, too
    if (!(spend >= min && spend <= max)) return `the bounds of channel ${name} (${spend})`
    if (spend > 0 && spend < minIfUsed) return `the minIfUsed of channel ${name} (${spend})`
  }
  if (!(Number.isFinite(objective) && gap >= 0)) return `the range of a double (objective ${objective}, gap ${gap})`
  if (total) {
    const [over, under] = [spent - total.amount, total.spend === "exactly" ? total.amount - spent : 0]
    if (!(Math.max(over, under) <= feasibilityTolerance * total.amount)) return `the total (${spent})`
  }
  const { target } = goalOf(problem.objective)
  if (target && !isMet(target, response, spent)) return `${target.field} (a response of ${response} for ${spent})`
  if (constraints.length === 0) return undefined
  const spends = Float64Array.from(allocation)
  const broken = rowsOf(problem).findIndex((row) => violation(row, spends) > feasibilityTolerance)
  return broken < 0 ? undefined : `constraint ${constraints[broken]?.name ?? "total"}`
}

/** The solution, if it keeps all that its problem asks; else that there is none to be relied on. */
export function kept(problem: Problem, solution: Solution): Solution {
  const broken = "gap" in solution ? brokenBy(problem, solution) : undefined
  if (broken === undefined) return solution
  return {
    status: "not-solvable",
    detail: `The numbers are too far apart to be computed with: the best allocation that was found breaks ${broken}.`,
  }
}
