import { fileURLToPath } from "node:url"
import { Piscina } from "piscina"
import { service } from "../contract/service.ts"
import { solve } from "../optimizer/index.ts"
import type { Problem, Solution } from "../optimizer/problem.ts"
import { ProblemError } from "../problem.ts"

export interface SolveOptions {
  /** Gives the solution up: a cancelled job, a process that stops. */
  readonly signal?: AbortSignal | undefined
  /** The longest that the solution may take, waiting for a thread included. */
  readonly timeoutSeconds?: number | undefined
}

export interface Solver {
  /** Throws deadline-exceeded, overloaded, or the signal's reason. */
  solve(problem: Problem, options?: SolveOptions): Promise<Solution>
  /** Ends the threads; what they solve is given up. */
  close(): Promise<void>
}

/** Up to so many channels a linear program is solved in milliseconds, and a thread costs more than it saves. */
const inlineChannels = 20
/**
 * Problems that wait for a thread, for each thread there is; more are refused at once. Counted here, because what
 * piscina 5.3 has offered to a busy thread no longer counts against its maxQueue.
 */
const waitingPerThread = 16
/** A thread with nothing to do ends after this, so that a process that solves inline has none. */
const threadIdleMillis = 60_000

/**
 * Solves small problems on the caller's thread and larger linear programs on threads of their own, which can be ended
 * when the deadline passes. `thread` is the file that a thread runs: beside this module, in the source and in a bundle.
 */
export function openSolver({ threads, thread = besideThisModule() }: { threads: number; thread?: string }): Solver {
  const pool = new Piscina({
    filename: thread,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: threadIdleMillis,
    concurrentTasksPerWorker: 1,
  })
  let underWay = 0
  return {
    async solve(problem, { signal, timeoutSeconds = service.requestTimeoutSeconds } = {}) {
      signal?.throwIfAborted()
      if (!needsThread(problem)) return solve(problem)
      if (underWay >= threads * (1 + waitingPerThread)) throw overloaded()
      underWay += 1
      const deadline = AbortSignal.timeout(timeoutSeconds * 1000)
      const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
      try {
        return (await pool.run(problem, { signal: either })) as Solution
      } catch (error) {
        signal?.throwIfAborted()
        if (deadline.aborted) throw tooLong(timeoutSeconds, error)
        throw error
      } finally {
        underWay -= 1
      }
    },
    async close() {
      await pool.destroy()
    },
  }
}

/** Whether a problem may become a linear program that is large enough to hold up everything else on this thread. */
export function needsThread(problem: Problem): boolean {
  if (problem.channels.length <= inlineChannels || problem.method === "kkt") return false
  return problem.method === "lp" || problem.constraints.length > 0
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
