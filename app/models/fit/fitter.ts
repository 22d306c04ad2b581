import { fileURLToPath } from "node:url"
import { ProblemError } from "../../problem.ts"
import { openThreads, type RunOptions, type ThreadStats } from "../../threads.ts"
import type { Fit, FitTask } from "./schema.ts"

export interface Fitter {
  /** Throws deadline-exceeded, overloaded, or the signal's reason. */
  fit(task: FitTask, options?: RunOptions): Promise<Fit>
  stats(): ThreadStats
  /** Ends the threads; what they fit is given up. */
  close(): Promise<void>
}

/**
 * Fits on threads: tens of milliseconds for two years of weeks, seconds for the longest history, which would hold up
 * every other request. `thread` is the file that a thread runs: beside this module, in the source and in a bundle.
 */
export function openFitter({ threads, thread = besideThisModule() }: { threads: number; thread?: string }): Fitter {
  const pool = openThreads<FitTask, Fit>({ file: thread, threads, tooLong, overloaded })
  return { fit: pool.run, stats: pool.stats, close: pool.close }
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
