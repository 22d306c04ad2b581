import type { NoSolution, Problem } from "./problem.ts"

/** The answer where spending more in some channels (by index) always does the goal good. */
export function unbounded(problem: Problem, channels: readonly number[]): NoSolution {
  const names = channels.map((i) => problem.channels[i]?.name ?? "").join(", ")
  const one = channels.length === 1
  return {
    status: "unbounded",
    detail:
      `Spending more ${one ? `in channel ${names}` : `in channels ${names} together`} always serves the objective ` +
      `(${problem.objective.goal}): give ${one ? "it" : "one of them"} a max, or the problem a total.`,
  }
}
