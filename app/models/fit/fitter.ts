import { fileURLToPath } from "node:url"
import { Piscina } from "piscina"
import { service } from "../../contract/service.ts"
import { ProblemError } from "../../problem.ts"
import type { Fit, FitTask } from "./schema.ts"

export interface FitOptions {
  /** Gives the fit up: the client has left, the process stops. */
  readonly signal?: AbortSignal | undefined
  /** The longest that a fit may take, waiting for a thread included. */
  readonly timeoutSeconds?: number | undefined
}

export interface Fitter {
  /** Throws deadline-exceeded, overloaded, or the signal's reason. */
  fit(task: FitTask, options?: FitOptions): Promise<Fit>
  /** Ends the threads; what they fit is given up. */
  close(): Promise<void>
}

/** Fits that wait for a thread, for each thread there is; more are refused at once. */
const waitingPerThread = 16
/** A thread with nothing to do ends after this. */
const threadIdleMillis = 60_000

/**
 * Fits on threads: tens of milliseconds for two years of weeks, seconds for the longest history, which would hold up
 * every other request. `thread` is the file that a thread runs: beside this module, in the source and in a bundle.
 */
export function openFitter({ threads, thread = besideThisModule() }: { threads: number; thread?: string }): Fitter {
  const pool = new Piscina({
    filename: thread,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: threadIdleMillis,
    concurrentTasksPerWorker: 1,
  })
  let underWay = 0
  return {
    async fit(task, { signal, timeoutSeconds = service.requestTimeoutSeconds } = {}) {
      signal?.throwIfAborted()
      if (underWay >= threads * (1 + waitingPerThread)) throw overloaded()
      underWay += 1
      const deadline = AbortSignal.timeout(timeoutSeconds * 1000)
      const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
      try {
        return (await pool.run(task, { signal: either })) as Fit
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

function besideThisModule(): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
  return fileURLToPath(new URL(`./fit-thread.${extension}`, import.meta.url))
}

function tooLong(timeoutSeconds: number, cause: unknown): ProblemError {
  const detail = `No fit was found in ${timeoutSeconds} s. Ask for fewer types, or give fewer rows.`
  return new ProblemError("deadline-exceeded", detail, { cause })
}

function overloaded(): ProblemError {
  return new ProblemError("overloaded", "Too many fits wait for a thread of this process. Try again.", {
    retryAfter: 5,
  })
}
