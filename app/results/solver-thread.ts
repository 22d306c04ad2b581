import type { SolverName } from "../contract/solvers.ts"
import { type Problem, type Solution, solve } from "../optimizer/index.ts"
import { endingWith } from "../optimizer/linear-program.ts"
import type { PeriodsProblem, PeriodsSolution } from "../optimizer/periods/problem.ts"
import { solvePeriods } from "../optimizer/periods/solve.ts"
import { nothingFound } from "../optimizer/problem.ts"
import { loadSolver } from "../optimizer/solvers.ts"

/** What piscina hands to a thread of the solver's pool. */
export interface Task {
  readonly problem: Problem | PeriodsProblem
  readonly solver: SolverName
  /** When the thread stops with what it has, in milliseconds since the epoch: threads share no other clock. */
  readonly stopAt: number
}

/** What such a thread runs. */
export default async function solveTask({ problem, solver, stopAt }: Task): Promise<Solution | PeriodsSolution> {
  const expired = () => Date.now() >= stopAt
  const means = { solver: endingWith(await loadSolver(solver), () => (stopAt - Date.now()) / 1000), expired }
  const solution = "seasonality" in problem ? solvePeriods(problem, means) : solve(problem, means)
  // A program that ran out of time proves nothing
  return "gap" in solution || !expired() ? solution : nothingFound("deadline")
}
