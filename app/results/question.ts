import { createHash } from "node:crypto"
import type { Model } from "../models/schema.ts"
import { methodOf } from "../optimizer/index.ts"
import type { PeriodsProblem, PeriodsSolution } from "../optimizer/periods/problem.ts"
import type { NoSolution, Problem, Solution } from "../optimizer/problem.ts"
import { answerOf, type Circumstances } from "./answer.ts"
import { periodsAnswerOf } from "./periods-answer.ts"
import { preparePeriods } from "./periods-problem.ts"
import { neededModels, prepare } from "./problem.ts"
import type { Answer, OptimizeRequest } from "./schema.ts"

/** A checked request with its curves found: what is solved, and what the answer makes of a solution. */
export interface Question {
  readonly problem: Problem | PeriodsProblem
  /** Whether something that the cache holds can be a solution of this problem. */
  readonly fits: (kept: object) => boolean
  /** Throws infeasible, unbounded, not-solvable, time-limit-reached, deadline-exceeded. */
  readonly answer: (solution: Solution | PeriodsSolution, circumstances: Circumstances) => Answer
}

/**
 * `models` are in the order of `neededModels`. Throws unknown-model with every channel that has none, and not-solvable
 * for what several periods do not take.
 */
export function questionOf(request: OptimizeRequest, models: readonly (Model | undefined)[]): Question {
  const needs = neededModels(request)
  if (request.periods) {
    const prepared = preparePeriods(request, request.periods, needs, models)
    const { problem } = prepared
    return {
      problem,
      fits: (kept) => "spends" in kept && isOf(problem, kept.spends),
      // What fits a problem of several periods is a solution of its kind
      answer: (solution, circumstances) =>
        periodsAnswerOf(request, prepared, solution as PeriodsSolution, circumstances),
    }
  }
  const prepared = prepare(request, needs, models)
  const count = prepared.problem.channels.length
  return {
    problem: prepared.problem,
    fits: (kept) => "allocation" in kept && Array.isArray(kept.allocation) && kept.allocation.length === count,
    answer: (solution, circumstances) => answerOf(request, prepared, solution as Solution, circumstances),
  }
}

const isOf = ({ channels, seasonality }: PeriodsProblem, spends: unknown): boolean =>
  Array.isArray(spends) &&
  spends.length === channels.length &&
  spends.every((row) => Array.isArray(row) && row.length === seasonality.length)

/** Part of the cache key: to be raised when the same problem would be solved differently. */
const solutionEpoch = 5

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

/** Whether a solution is worth keeping: by `kkt` a problem is solved in less time than its key takes to compute. */
export const isWorthKeeping = (problem: Problem | PeriodsProblem): boolean =>
  "seasonality" in problem || methodOf(problem) !== "kkt"

/** What the cache holds is trusted only as far as it fits the problem. */
export function readSolution(text: string | undefined, { fits }: Question): Solution | PeriodsSolution | undefined {
  if (text === undefined) return undefined
  try {
    const solution: unknown = JSON.parse(text)
    if (typeof solution !== "object" || solution === null || !fits(solution)) return undefined
    return solution as Solution | PeriodsSolution
  } catch {
    return undefined
  }
}

/** The solver refuses numbers by a RangeError: each alone is allowed, together they leave the range of a double. */
export function refuseExtremes(error: unknown): NoSolution {
  if (!(error instanceof RangeError)) throw error
  return { status: "not-solvable", detail: `The numbers are too far apart to be computed with: ${error.message}.` }
}
