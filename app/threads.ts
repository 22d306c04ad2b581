import { Piscina } from "piscina"
import { service } from "./contract/service.ts"
import type { ProblemError } from "./problem.ts"

/** Work that would hold the event loop up, on threads of its own: bounded in time, and in how much of it waits. */

export interface RunOptions {
  /** Gives the work up: a cancelled job, a client who left, a process that stops. */
  readonly signal?: AbortSignal | undefined
  /** The longest that it may take, waiting for a thread included. */
  readonly timeoutSeconds?: number | undefined
}

export interface Threads<Task, Result> {
  /** Throws what `tooLong` or `overloaded` makes, or the signal's reason. A thread past its time is ended. */
  run(task: Task, options?: RunOptions): Promise<Result>
  stats(): ThreadStats
  /** Ends the threads; what they work on is given up. */
  close(): Promise<void>
}

/** How many threads work, how many tasks wait for one, and how many threads there may be. */
export interface ThreadStats {
  readonly busy: number
  readonly waiting: number
  readonly size: number
}

export interface ThreadsOptions {
  /** The file that a thread runs. */
  readonly file: string
  readonly threads: number
  readonly tooLong: (timeoutSeconds: number, cause: unknown) => ProblemError
  readonly overloaded: () => ProblemError
}

/**
 * Tasks that wait for a thread, for each thread there is; more are refused at once. Counted here, because what
 * piscina 5.3 has offered to a busy thread no longer counts against its maxQueue.
 */
const waitingPerThread = 16
/** A thread with nothing to do ends after this, so that a process that needs none has none. */
const idleMillis = 60_000

export function openThreads<Task, Result>(options: ThreadsOptions): Threads<Task, Result> {
  const { file, threads, tooLong, overloaded } = options
  const pool = new Piscina<Task, Result>({
    filename: file,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMillis,
    concurrentTasksPerWorker: 1,
  })
  let underWay = 0
  return {
    async run(task, { signal, timeoutSeconds = service.requestTimeoutSeconds } = {}) {
      signal?.throwIfAborted()
      if (underWay >= threads * (1 + waitingPerThread)) throw overloaded()
      // Node refuses a fraction of a millisecond.
      const deadline = AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000))
      underWay += 1
      try {
        return await pool.run(task, { signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]) })
      } catch (error) {
        signal?.throwIfAborted()
        if (deadline.aborted) throw tooLong(timeoutSeconds, error)
        throw error
      } finally {
        underWay -= 1
      }
    },
    stats: () => ({ busy: Math.min(underWay, threads), waiting: Math.max(0, underWay - threads), size: threads }),
    close: () => pool.destroy(),
  }
}
