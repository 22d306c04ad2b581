import { fileURLToPath } from "node:url"
import { service } from "../contract/service.ts"
import { type SolverName, solverNames } from "../contract/solvers.ts"
import { methodOf, solve } from "../optimizer/index.ts"
import type { LinearSolver } from "../optimizer/linear-program.ts"
import type { PeriodsProblem, PeriodsSolution } from "../optimizer/periods/problem.ts"
import type { Problem, Solution } from "../optimizer/problem.ts"
import { loadSolver } from "../optimizer/solvers.ts"
import { ProblemError } from "../problem.ts"
import { openThreads, type RunOptions, type ThreadStats } from "../threads.ts"
import { type Answered, type Asked, accepted, type Refused, type ToAnswer } from "./answer-task.ts"
import type { ToReport } from "./report-task.ts"
import type { Swept, ToSweep } from "./scenario-task.ts"
import type { Task, TaskResult } from "./solver-thread.ts"

export interface SolveOptions extends Omit<RunOptions, "signal"> {
  /** Gives the work up. A function makes the signal once something waits: what is solved at once needs none. */
  readonly signal?: RunOptions["signal"] | (() => AbortSignal)
  /** Seconds that a search may take, from when it begins; then it ends with what it has. */
  readonly timeLimit?: number | undefined
}

export interface Solver {
  /** Throws deadline-exceeded, overloaded, or the signal's reason. */
  solve(problem: Problem, options?: SolveOptions): Promise<Solution>
  /** The same for several periods, always on a thread: even few take longer than a request may hold up others. */
  solvePeriods(problem: PeriodsProblem, options?: SolveOptions): Promise<PeriodsSolution>
  /** Of the threads; what is solved inline counts nowhere. */
  stats(): ThreadStats
  /** `keyTask` on a thread. */
  keyOf(asked: Asked, options?: SolveOptions): Promise<string | undefined>
  /** `answerTask` on a thread, which also throws deadline-exceeded, overloaded, or the signal's reason. */
  answer(asked: ToAnswer, options?: SolveOptions): Promise<Answered>
  /** `sweepTask` on a thread, which also throws deadline-exceeded, overloaded, or the signal's reason. */
  sweep(asked: ToSweep, options?: SolveOptions): Promise<Swept>
  /** `reportTask` on a thread, in UTF-8. Throws overloaded, or the signal's reason. */
  report(asked: ToReport, options?: SolveOptions): Promise<Uint8Array>
  /** Ends the threads; what they solve is given up. */
  close(): Promise<void>
}

/** Up to so many channels a linear program is solved in milliseconds, and a thread costs more than it saves. */
const inlineChannels = 20
/** Nodes of branch and bound that are looked into before a thread takes over: so few as to be a few milliseconds. */
const inlineNodes = 30
/**
 * What one of its linear programs may take: usually a millisecond, but a simplex method may cycle. Also what all of them
 * may, where the search has a time limit: then a thread takes over, which ends in time.
 */
const inlineSeconds = 0.1
const notTried = { status: "failed", values: new Float64Array(), duals: new Float64Array() } as const

/** The share of the time there is after which a thread stops with what it has, so that there is time to answer. */
const stopShare = 0.9

/**
 * Solves small problems on the caller's thread and larger ones on threads of their own. These stop with what they have
 * shortly before the deadline or after their time limit, and are ended when the deadline passes. `thread` is the file
 * that a thread runs: beside this module, in the source and in a bundle.
 */
export function openSolver({
  threads,
  solver = solverNames[0],
  thread = besideThisModule(),
}: {
  threads: number
  solver?: SolverName
  thread?: string
}): Solver {
  const pool = openThreads<Task, TaskResult>({ file: thread, threads, tooLong, overloaded })
  const linear = loadSolver(solver)
  const meansOf = ({ timeoutSeconds = service.requestTimeoutSeconds, timeLimit }: SolveOptions) => ({
    solver,
    stopAt: Date.now() + stopShare * timeoutSeconds * 1000,
    timeLimit,
  })
  // A thread answers a task by its own kind of result
  const onThread = async <R extends TaskResult>(task: Task, { signal, timeoutSeconds }: SolveOptions) =>
    (await pool.run(task, { timeoutSeconds, signal: typeof signal === "function" ? signal() : signal })) as R
  return {
    async solve(problem, options = {}) {
      if (typeof options.signal === "object") options.signal.throwIfAborted()
      const inline = solveInline(problem, await linear, options.timeLimit)
      return inline ?? onThread<Solution>({ problem, ...meansOf(options) }, options)
    },
    stats: pool.stats,
    solvePeriods: (problem, options = {}) => onThread<PeriodsSolution>({ problem, ...meansOf(options) }, options),
    keyOf: async (asked, options = {}) =>
      accepted(await onThread<string | undefined | Refused>({ key: asked }, options)),
    answer: async (asked, options = {}) =>
      accepted(await onThread<Answered | Refused>({ answer: asked, ...meansOf(options) }, options)),
    sweep: async (asked, options = {}) =>
      accepted(await onThread<Swept | Refused>({ sweep: asked, ...meansOf(options) }, options)),
    report: async (asked, options = {}) => accepted(await onThread<Uint8Array | Refused>({ report: asked }, options)),
    close: pool.close,
  }
}

/**
 * The solution of a problem that holds up nothing else on this thread; undefined where it is one for a thread, also
 * because of its time limit in seconds. By kkt there is no search that could be ended: it takes less than a millisecond.
 */
export function solveInline(problem: Problem, linear: LinearSolver, timeLimit?: number): Solution | undefined {
  const end = timeLimit === undefined ? Infinity : performance.now() + Math.min(timeLimit, inlineSeconds) * 1000
  const isLate = () => performance.now() >= end
  switch (methodOf(problem)) {
    case "kkt":
      return solve(problem)
    case "lp": {
      if (problem.channels.length > inlineChannels) return undefined
      let hasFailed = false
      const solver: LinearSolver = (program) => {
        hasFailed ||= isLate()
        const solution = hasFailed ? notTried : linear({ ...program, limitSeconds: inlineSeconds })
        hasFailed ||= solution.status === "failed"
        return solution
      }
      const solution = solve(problem, { solver })
      return hasFailed || isLate() ? undefined : solution
    }
    case "bnb": {
      if (problem.channels.length > inlineChannels) return undefined
      let nodes = 0
      let isCut = false
      const expired = () => {
        isCut ||= ++nodes > inlineNodes || isLate()
        return isCut
      }
      const solution = solve(problem, { expired })
      // Whatever else it is may be better, or better said, with more time; so may an optimum that was cut short
      return solution.status === "optimal" && !isCut && !isLate() ? solution : undefined
    }
    case "mip":
      return undefined
  }
}

function besideThisModule(): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
  return fileURLToPath(new URL(`./solver-thread.${extension}`, import.meta.url))
}

function tooLong(timeoutSeconds: number, cause: unknown): ProblemError {
  return new ProblemError(
    "deadline-exceeded",
    `No solution was found in ${timeoutSeconds} s. Ask for fewer constraints, or send it as a job (Prefer: respond-async).`,
    { cause },
  )
}

function overloaded(): ProblemError {
  return new ProblemError(
    "overloaded",
    "Too many problems wait for a thread of this process. Try again, or send a job.",
    {
      retryAfter: 5,
    },
  )
}
