import { service } from "../contract/service.ts"
import type { Context } from "../data/audit.ts"
import type { Cache } from "../data/cache.ts"
import type { Queryable } from "../data/database.ts"
import { newId } from "../data/id.ts"
import { readModels } from "../models/models.ts"
import type { Model } from "../models/schema.ts"
import type { PeriodsSolution } from "../optimizer/periods/problem.ts"
import type { NoSolution, Solution } from "../optimizer/problem.ts"
import { keepable, type Written } from "./answer-task.ts"
import { type PreparedPeriods, prepareWith } from "./periods-problem.ts"
import { neededModels, type Prepared, sizeOf } from "./problem.ts"
import { isWorthKeeping, type Question, questionOf, readSolution, refuseExtremes, solutionKey } from "./question.ts"
import type { ResultStore } from "./results.ts"
import type { OptimizeRequest } from "./schema.ts"
import type { SolveOptions, Solver } from "./solver.ts"

export { refuseExtremes } from "./question.ts"

/** Told of what happens, for metrics. */
export interface Observe {
  /** A problem was solved, not found in the cache. */
  readonly solved?: (method: string, seconds: number) => void
  /** The cache was asked for a solution. */
  readonly lookedUp?: (hit: boolean) => void
}

export interface OptimizeDeps {
  readonly database: Queryable
  readonly cache: Cache
  readonly solver: Solver
  readonly observe?: Observe
}

/** How long a solution is kept for the next request with the same problem. */
const solutionTtlSeconds = 3600

/**
 * The size of a request (`sizeOf`) up to which an answer is made on the event loop's thread, in a millisecond or two. Of a
 * larger one a thread makes all, from the curves to the text: by then to prepare it, to compute its key and to write its
 * answer hold up others as well.
 */
const inlineSize = 100

/**
 * The answer to a request that `checkRequest` passed. It is stored before it is given, unless `store` is false.
 * Throws unknown-model, infeasible, unbounded, not-solvable, time-limit-reached, deadline-exceeded, overloaded,
 * database-unavailable.
 */
export async function optimize(
  deps: OptimizeDeps & { readonly store: ResultStore },
  request: OptimizeRequest,
  context: Context,
  options: SolveOptions = {},
): Promise<Written> {
  const stored = request.store !== false
  const answer = await computeAnswer(deps, request, { ...options, stored })
  if (stored) await deps.store.store({ context, request, answer })
  return answer
}

/** The same without storing: for a job, whose result is stored in the transaction that completes it. */
export async function computeAnswer(
  deps: OptimizeDeps,
  request: OptimizeRequest,
  { stored, ...options }: SolveOptions & { readonly stored: boolean },
): Promise<Written> {
  const needs = neededModels(request)
  const models = needs.length === 0 ? [] : await readModels(deps.database, needs)
  const told = { id: newId(), createdAt: new Date().toISOString(), stored }
  if (sizeOf(request) > inlineSize) return answerOnThread(deps, request, models, told, options)
  const begun = performance.now()
  const question = questionOf(request, models)
  const { solution, cached } = await findSolution(deps, question, { ...options, timeLimit: request.timeLimit })
  const answer = question.answer(solution, { ...told, cached, timeMs: performance.now() - begun })
  return { ...told, method: answer.method, json: JSON.stringify(answer) }
}

/** The thread is asked twice: between key and answer comes the cache, which this one holds. */
async function answerOnThread(
  { cache, solver, observe }: OptimizeDeps,
  request: OptimizeRequest,
  models: readonly (Model | undefined)[],
  circumstances: { readonly id: string; readonly createdAt: string; readonly stored: boolean },
  { timeoutSeconds = service.requestTimeoutSeconds, ...options }: SolveOptions,
): Promise<Written> {
  const begun = Date.now()
  const asked = { request: JSON.stringify(request), models }
  const key = await solver.keyOf(asked, { ...options, timeoutSeconds })
  const kept = key === undefined ? undefined : await cache.get(key)
  const { cached, solved, ...written } = await solver.answer(
    { ...asked, kept, circumstances, begun },
    { ...options, timeoutSeconds: timeoutSeconds - (Date.now() - begun) / 1000 },
  )
  if (key !== undefined) observe?.lookedUp?.(cached)
  if (solved) {
    observe?.solved?.(written.method, solved.seconds)
    if (key !== undefined && solved.keep !== undefined) await cache.set(key, solved.keep, solutionTtlSeconds)
  }
  return written
}

/** Finds the request's curves. Throws unknown-model; asks the database only when a stored model is needed. */
export async function prepareRequest(
  database: Queryable,
  request: OptimizeRequest,
): Promise<Prepared | PreparedPeriods> {
  const needs = neededModels(request)
  const models = needs.length === 0 ? [] : await readModels(database, needs)
  return prepareWith(request, models)
}

async function findSolution(
  { cache, solver, observe }: OptimizeDeps,
  question: Question,
  options: SolveOptions,
): Promise<{ solution: Solution | PeriodsSolution | NoSolution; cached: boolean }> {
  const { problem } = question
  const key = isWorthKeeping(problem) ? solutionKey(problem) : undefined
  if (key !== undefined) {
    const kept = readSolution(await cache.get(key), question)
    observe?.lookedUp?.(kept !== undefined)
    if (kept !== undefined) return { solution: kept, cached: true }
  }
  const begun = performance.now()
  const solving = "seasonality" in problem ? solver.solvePeriods(problem, options) : solver.solve(problem, options)
  const solution = await solving.catch(refuseExtremes)
  if ("gap" in solution) {
    const seconds = (performance.now() - begun) / 1000
    observe?.solved?.(solution.method, seconds)
    const keep = key === undefined ? undefined : keepable(solution, seconds, options.timeLimit)
    if (key !== undefined && keep !== undefined) await cache.set(key, keep, solutionTtlSeconds)
  }
  return { solution, cached: false }
}
