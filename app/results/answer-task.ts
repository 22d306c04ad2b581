import type { Model } from "../models/schema.ts"
import type { PeriodsProblem, PeriodsSolution } from "../optimizer/periods/problem.ts"
import type { Method, Problem, Solution } from "../optimizer/problem.ts"
import { ProblemError } from "../problem.ts"
import type { Circumstances } from "./answer.ts"
import { isWorthKeeping, questionOf, readSolution, refuseExtremes, solutionKey } from "./question.ts"
import type { OptimizeRequest } from "./schema.ts"

/**
 * A checked request as a thread is given it: as JSON, because text is copied between threads far sooner than objects.
 * `models` are in the order of `neededModels`.
 */
export interface Asked {
  readonly request: string
  readonly models: readonly (Model | undefined)[]
}

/** The key under which the solution may be kept; undefined where none is looked for. Throws what `questionOf` throws. */
export function keyTask({ request, models }: Asked): string | undefined {
  const { problem } = questionOf(JSON.parse(request), models)
  return isWorthKeeping(problem) ? solutionKey(problem) : undefined
}

export interface ToAnswer extends Asked {
  /** What the cache holds for the problem. */
  readonly kept: string | undefined
  readonly circumstances: Omit<Circumstances, "cached" | "timeMs">
  /** Milliseconds since the epoch: what `timeMs` counts from. Threads share no other clock. */
  readonly begun: number
}

/** An answer as JSON, and what of it is told elsewhere. */
export interface Written {
  readonly id: string
  readonly createdAt: string
  readonly method: Method
  readonly json: string
}

export interface Answered extends Written {
  /** What was solved here, not found in the cache: in so many seconds, and the solution as JSON if it may be kept. */
  readonly solved?: { readonly seconds: number; readonly keep: string | undefined }
  readonly cached: boolean
}

/** What solves a problem, and ends after so many seconds with the best found by then. */
export type SolveWithin = (problem: Problem | PeriodsProblem, timeLimit?: number) => Solution | PeriodsSolution

/** From the request to the answer's text. Throws infeasible, unbounded, not-solvable, time-limit-reached, deadline-exceeded. */
export function answerTask({ request, models, kept, circumstances, begun }: ToAnswer, solve: SolveWithin): Answered {
  const asked = JSON.parse(request) as OptimizeRequest
  const question = questionOf(asked, models)
  const found = readSolution(kept, question)
  const start = performance.now()
  const solution = found ?? attempt(() => solve(question.problem, asked.timeLimit))
  const seconds = (performance.now() - start) / 1000
  const cached = found !== undefined
  const answer = question.answer(solution, { ...circumstances, cached, timeMs: Date.now() - begun })
  const { id, createdAt, method } = answer
  const written = { id, createdAt, method, json: JSON.stringify(answer), cached }
  if (cached || !("gap" in solution)) return written
  const keep = isWorthKeeping(question.problem) ? keepable(solution, seconds, asked.timeLimit) : undefined
  return { ...written, solved: { seconds, keep } }
}

/** The solution, or why the solver refuses the numbers. */
export function attempt(solve: () => Solution | PeriodsSolution): Solution | PeriodsSolution {
  try {
    return solve()
  } catch (error) {
    return refuseExtremes(error)
  }
}

/**
 * The solution as the cache keeps it. What a deadline stopped may be better the next time; so may, in its last digits,
 * one whose gap was closed but which took all the time that it was allowed.
 */
export function keepable(
  solution: Solution | PeriodsSolution,
  seconds: number,
  timeLimit = Number.POSITIVE_INFINITY,
): string | undefined {
  const isWhole = "gap" in solution && solution.stopped !== "deadline" && seconds < timeLimit
  return isWhole ? JSON.stringify(solution) : undefined
}

/** A ProblemError as it crosses threads: of an error's members only those that every error has are copied. */
export interface Refused {
  readonly refused: Pick<ProblemError, "code" | "message" | "errors" | "extensions" | "retryAfter">
}

/** What a task gives, or the problem that it met. */
export function refusable<T>(work: () => T): T | Refused {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const { code, message, errors, extensions, retryAfter } = error
    return { refused: { code, message, errors, extensions, retryAfter } }
  }
}

/** Throws the problem that a thread met. */
export function accepted<T>(given: T | Refused): T {
  if (typeof given !== "object" || given === null || !("refused" in given)) return given as T
  const { code, message, errors, extensions, retryAfter } = given.refused
  throw new ProblemError(code, message, { errors, extensions, ...(retryAfter === undefined ? {} : { retryAfter }) })
}
