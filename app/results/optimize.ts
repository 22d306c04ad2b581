import { createHash } from "node:crypto"
import type { Context } from "../data/audit.ts"
import type { Cache } from "../data/cache.ts"
import type { Queryable } from "../data/database.ts"
import { newId } from "../data/id.ts"
import { readModels } from "../models/models.ts"
import type { PeriodsProblem, PeriodsSolution } from "../optimizer/periods/problem.ts"
import type { NoSolution, Problem, Solution } from "../optimizer/problem.ts"
import { answerOf } from "./answer.ts"
import { periodsAnswerOf } from "./periods-answer.ts"
import { type PreparedPeriods, preparePeriods } from "./periods-problem.ts"
import { neededModels, type Prepared, prepare } from "./problem.ts"
import type { ResultStore } from "./results.ts"
import type { Answer, OptimizeRequest } from "./schema.ts"
import type { SolveOptions, Solver } from "./solver.ts"

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
/** Part of the cache key: to be raised when the same problem would be solved differently. */
const solutionEpoch = 3

/**
 * The answer to a request that `checkRequest` passed. It is stored before it is given, unless `store` is false.
 * Throws unknown-model, infeasible, unbounded, not-solvable, deadline-exceeded, overloaded, database-unavailable.
 */
export async function optimize(
  deps: OptimizeDeps & { readonly store: ResultStore },
  request: OptimizeRequest,
  context: Context,
  options: SolveOptions = {},
): Promise<Answer> {
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
): Promise<Answer> {
  const { periods } = request
  const needs = neededModels(request)
  const models = needs.length === 0 ? [] : await readModels(deps.database, needs)
  const begun = performance.now()
  const circumstances = (cached: boolean) => ({
    id: newId(),
    createdAt: new Date().toISOString(),
    stored,
    cached,
    timeMs: performance.now() - begun,
  })
  if (periods) {
    const prepared = preparePeriods(request, periods, needs, models)
    const { problem } = prepared
    const fits = (kept: object) => "spends" in kept && isOf(problem, kept.spends)
    const solve = () => deps.solver.solvePeriods(problem, options)
    const { solution, cached } = await findSolution<PeriodsSolution>(deps, problem, solve, fits)
    return periodsAnswerOf(request, prepared, solution, circumstances(cached))
  }
  const prepared = prepare(request, needs, models)
  const { problem } = prepared
  const fits = (kept: object) =>
    "allocation" in kept && Array.isArray(kept.allocation) && kept.allocation.length === problem.channels.length
  const { solution, cached } = await findSolution<Solution>(
    deps,
    problem,
    () => deps.solver.solve(problem, options),
    fits,
  )
  return answerOf(request, prepared, solution, circumstances(cached))
}

const isOf = ({ channels, seasonality }: PeriodsProblem, spends: unknown): boolean =>
  Array.isArray(spends) &&
  spends.length === channels.length &&
  spends.every((row) => Array.isArray(row) && row.length === seasonality.length)

/** Finds the request's curves. Throws unknown-model; asks the database only when a stored model is needed. */
export async function prepareRequest(
  database: Queryable,
  request: OptimizeRequest,
): Promise<Prepared | PreparedPeriods> {
  const needs = neededModels(request)
  const models = needs.length === 0 ? [] : await readModels(database, needs)
  return request.periods ? preparePeriods(request, request.periods, needs, models) : prepare(request, needs, models)
}

async function findSolution<S extends Solution | PeriodsSolution>(
  { cache, observe }: OptimizeDeps,
  problem: Problem | PeriodsProblem,
  solve: () => Promise<S>,
  fits: (kept: object) => boolean,
): Promise<{ solution: S | NoSolution; cached: boolean }> {
  const key = solutionKey(problem)
  const kept = readSolution<S>(await cache.get(key), fits)
  observe?.lookedUp?.(kept !== undefined)
  if (kept !== undefined) return { solution: kept, cached: true }
  const begun = performance.now()
  const solution = await solve().catch(refuseExtremes)
  if ("gap" in solution) {
    observe?.solved?.(solution.method, (performance.now() - begun) / 1000)
    // What a deadline stopped may be better the next time
    if (solution.stopped !== "deadline") await cache.set(key, JSON.stringify(solution), solutionTtlSeconds)
  }
  return { solution, cached: false }
}

/** The solver refuses numbers by a RangeError: each alone is allowed, together they leave the range of a double. */
export function refuseExtremes(error: unknown): NoSolution {
  if (!(error instanceof RangeError)) throw error
  return { status: "not-solvable", detail: `The numbers are too far apart to be computed with: ${error.message}.` }
}

/**
 * One key for one problem. The curves themselves are part of it, so a new version of a model is another problem; the
 * channels are in order of name already, and the members of every object are put in order here.
 */
export function solutionKey(problem: Problem | PeriodsProblem): string {
  const canonical = JSON.stringify(problem, (_, value: unknown) => {
    if (value === Infinity) return "Infinity"
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
  return `atlas:solution:${solutionEpoch}:${createHash("sha256").update(canonical).digest("base64url")}`
}

/** What the cache holds is trusted only as far as it fits the problem. */
function readSolution<S>(text: string | undefined, fits: (kept: object) => boolean): S | undefined {
  if (text === undefined) return undefined
  try {
    const solution: unknown = JSON.parse(text)
    return typeof solution === "object" && solution !== null && fits(solution) ? (solution as S) : undefined
  } catch {
    return undefined
  }
}
