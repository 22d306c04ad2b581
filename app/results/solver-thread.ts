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
  type SolveWithin,
  type ToAnswer,
} from "./answer-task.ts"
import { reportTask, type ToReport } from "./report-task.ts"
import { type Swept, sweepTask, type ToSweep } from "./scenario-task.ts"

interface Means {
  readonly solver: SolverName
  /** When the thread stops with what it has, in milliseconds since the epoch: threads share no other clock. */
  readonly stopAt: number
  /** Seconds after which a search stops as well, from when it begins. */
  readonly timeLimit?: number | undefined
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
  const linear = await loadSolver(task.solver)
  const solveAny: SolveWithin = (problem, timeLimit = Infinity) => {
    const end = performance.now() + Math.min(task.stopAt - Date.now(), timeLimit * 1000)
    const left = () => (end - performance.now()) / 1000
    const expired = () => left() <= 0
    const means = { solver: endingWith(linear, left), expired }
    const solution = "seasonality" in problem ? solvePeriods(problem, means) : solve(problem, means)
    // A program that ran out of time proves nothing
    return "gap" in solution || !expired() ? solution : nothingFound("deadline")
  }
  if ("sweep" in task) return refusable(() => sweepTask(task.sweep, solveAny, task.timeLimit))
  return "answer" in task ? refusable(() => answerTask(task.answer, solveAny)) : solveAny(task.problem, task.timeLimit)
}
