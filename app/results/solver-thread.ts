import type { SolverName } from "../contract/solvers.ts"
import { type Problem, type Solution, solve } from "../optimizer/index.ts"
import type { PeriodsProblem, PeriodsSolution } from "../optimizer/periods/problem.ts"
import { solvePeriods } from "../optimizer/periods/solve.ts"
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
  const means = { solver: await loadSolver(solver), expired: () => Date.now() >= stopAt }
  return "seasonality" in problem ? solvePeriods(problem, means) : solve(problem, means)
}
