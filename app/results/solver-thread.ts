import type { SolverName } from "../contract/solvers.ts"
import { type Problem, type Solution, solve } from "../optimizer/index.ts"
import { loadSolver } from "../optimizer/solvers.ts"

/** What piscina hands to a thread of the solver's pool. */
export interface Task {
  readonly problem: Problem
  readonly solver: SolverName
  /** When the thread stops with what it has, in milliseconds since the epoch: threads share no other clock. */
  readonly stopAt: number
}

/** What such a thread runs. */
export default async function solveTask({ problem, solver, stopAt }: Task): Promise<Solution> {
  return solve(problem, { solver: await loadSolver(solver), expired: () => Date.now() >= stopAt })
}
