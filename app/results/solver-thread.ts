import type { SolverName } from "../contract/solvers.ts"
import { type Problem, type Solution, solve } from "../optimizer/index.ts"
import { endingWith } from "../optimizer/linear-program.ts"
import type { PeriodsProblem, PeriodsSolution } from "../optimizer/periods/problem.ts"
import { solvePeriods } from "../optimizer/periods/solve.ts"
import { nothingFound } from "../optimizer/problem.ts"
import { loadSolver } from "../optimizer/solvers.ts"
import { yieldToEventLoop } from "../thread-priority.ts"
import {
  type Answered,
  type Asked,
  answerTask,
  keyTask,
  type Refused,
  refusable,
  type ToAnswer,
} from "./answer-task.ts"
import { reportTask, type ToReport } from "./report-task.ts"
import { type Swept, sweepTask, type ToSweep } from "./scenario-task.ts"

interface Means {
  readonly solver: SolverName
  /** When the thread stops with what it has, in milliseconds since the epoch: threads share no other clock. */
  readonly stopAt: number
}

/** What piscina hands to a thread of the solver's pool. */
export type Task =
  | { readonly key: Asked }
  | ({ readonly answer: ToAnswer } & Means)
  | ({ readonly sweep: ToSweep } & Means)
  | { readonly report: ToReport }
  | ({ readonly problem: Problem | PeriodsProblem } & Means)

export type TaskResult = Solution | PeriodsSolution | Answered | Swept | Uint8Array | string | undefined | Refused

yieldToEventLoop()

/** What such a thread runs. */
export default async function runTask(task: Task): Promise<TaskResult> {
  if ("key" in task) return refusable(() => keyTask(task.key))
  // Megabytes, which are taken and sent sooner as bytes than as text
  if ("report" in task) return refusable(() => Buffer.from(reportTask(task.report)))
  const { stopAt } = task
  const expired = () => Date.now() >= stopAt
  const means = { solver: endingWith(await loadSolver(task.solver), () => (stopAt - Date.now()) / 1000), expired }
  const solveAny = (problem: Problem | PeriodsProblem) => {
    const solution = "seasonality" in problem ? solvePeriods(problem, means) : solve(problem, means)
    // A program that ran out of time proves nothing
    return "gap" in solution || !expired() ? solution : nothingFound("deadline")
  }
  if ("sweep" in task) return refusable(() => sweepTask(task.sweep, solveAny))
  return "answer" in task ? refusable(() => answerTask(task.answer, solveAny)) : solveAny(task.problem)
}
