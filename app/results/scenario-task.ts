import { response } from "../optimizer/curves.ts"
import { canSweep, frontier } from "../optimizer/frontier.ts"
import { exposuresOf } from "../optimizer/periods/exposures.ts"
import type { PeriodsProblem, PeriodsSolution } from "../optimizer/periods/problem.ts"
import type { Problem, Solution, Total } from "../optimizer/problem.ts"
import { answerOf } from "./answer.ts"
import { type Asked, attempt, type SolveWithin } from "./answer-task.ts"
import { periodsAnswerOf } from "./periods-answer.ts"
import { earned, heldToday } from "./periods-earned.ts"
import { type PreparedPeriods, prepareWith } from "./periods-problem.ts"
import type { Prepared } from "./problem.ts"
import { pointOf } from "./scenario-point.ts"
import type { ScenarioAnswer, ScenarioPoint } from "./scenario-schema.ts"
import type { OptimizeRequest } from "./schema.ts"

/** A request at several totals, rising, as a thread is given it. */
export interface ToSweep extends Asked {
  readonly totals: readonly number[]
}

/** What scenarios say beside their points, whatever the totals. */
export type Setting = Pick<ScenarioAnswer, "goal" | "today" | "channels" | "warnings">

/** Both as JSON. */
export interface Swept {
  /** An array, of the first totals in their order. */
  readonly points: string
  /** How many these are. */
  readonly count: number
  /** How many seconds they took. */
  readonly seconds: number
  readonly setting: string
}

/** After so many milliseconds a thread gives back what it has, so that whoever waits for it comes in between. */
const sliceMs = 100

/**
 * The points of the first totals, one or more: all where one sweep answers them. Where each is a problem of its own, as
 * many as are begun in a tenth of a second, for what each says does not depend on which ones came before. Each gets its
 * share of what is left of `timeLimit`, in seconds for all totals. Throws unknown-model, unbounded, not-solvable,
 * time-limit-reached and deadline-exceeded.
 */
export function sweepTask({ request, models, totals }: ToSweep, solve: SolveWithin, timeLimit?: number): Swept {
  const elapsed = stopwatch()
  const asked = JSON.parse(request) as OptimizeRequest
  const prepared = prepareWith(asked, models)
  const swept = sweepOf(prepared.problem, totals)
  const points: ScenarioPoint[] = []
  for (const total of totals) {
    const share = shareOf(timeLimit, elapsed(), totals.length - points.length)
    const solution = attempt(() => swept?.next().value ?? solve(withTotal(prepared.problem, total), share))
    points.push(pointAt(asked, prepared, total, solution))
    if (!swept && elapsed() * 1000 > sliceMs) break
  }
  return sweptOf(points, settingOf(asked, prepared), elapsed())
}

/** The seconds since it was made. */
export function stopwatch(): () => number {
  const begun = performance.now()
  return () => (performance.now() - begun) / 1000
}

/** What one of `count` totals may take of a time limit of which some is spent, in seconds; none where nothing limits it. */
export const shareOf = (timeLimit: number | undefined, spent: number, count: number): number | undefined =>
  timeLimit === undefined ? undefined : Math.max(0, timeLimit - spent) / count

export const sweptOf = (points: readonly ScenarioPoint[], setting: Setting, seconds: number): Swept => ({
  points: JSON.stringify(points),
  count: points.length,
  seconds,
  setting: JSON.stringify(setting),
})

/** The solutions of a problem that one sweep answers, in the order of the totals; undefined for any other. */
export function sweepOf(problem: Problem | PeriodsProblem, totals: readonly number[]): Iterator<Solution> | undefined {
  if ("seasonality" in problem || !canSweep(problem)) return undefined
  return frontier(problem, totals, spendOf(problem))
}

export const withTotal = <P extends { readonly total?: Total }>(problem: P, amount: number): P => ({
  ...problem,
  total: { amount, spend: spendOf(problem) },
})

const spendOf = ({ total }: { readonly total?: Total }): Total["spend"] => total?.spend ?? "at-most"

/** A request with one total in place of its own. */
export const at = (request: OptimizeRequest, total: number): OptimizeRequest => ({
  ...request,
  constraints: { ...request.constraints, total },
})

/** The point of a total by its solution. Throws what an answer throws, but for a total that cannot be met. */
export function pointAt(
  request: OptimizeRequest,
  prepared: Prepared | PreparedPeriods,
  total: number,
  solution: Solution | PeriodsSolution,
): ScenarioPoint {
  const asked = at(request, total)
  return pointOf(asked, total, () => {
    const { problem } = prepared
    // A problem's solution is of its kind
    if ("seasonality" in problem) {
      const several = { ...prepared, problem: withTotal(problem, total) }
      return periodsAnswerOf(asked, several, solution as PeriodsSolution, unread)
    }
    return answerOf(asked, { ...prepared, problem: withTotal(problem, total) }, solution as Solution, unread)
  })
}

/** Nobody reads a scenario's answer by itself. */
const unread = { id: "", createdAt: "", stored: false, cached: false, timeMs: 0 }

export function settingOf(request: OptimizeRequest, prepared: Prepared | PreparedPeriods): Setting {
  const models = new Map(prepared.channels.map(({ name, model }) => [name, model]))
  return {
    goal: prepared.problem.objective.goal,
    today: todayOf(prepared),
    channels: Object.keys(request.budget).map((channel) => ({ channel, model: models.get(channel) ?? "" })),
    warnings: [...prepared.warnings],
  }
}

function todayOf({ channels, problem }: Prepared | PreparedPeriods): ScenarioAnswer["today"] {
  const { objective } = problem
  const value = "valuePerResponse" in objective ? objective.valuePerResponse : 1
  const held = "seasonality" in problem ? heldToday(problem) : Float64Array.from(channels, ({ today }) => today)
  const spend = held.reduce((sum, one) => sum + one, 0)
  const earnings =
    "seasonality" in problem
      ? earned(exposuresOf(problem), held)
      : channels.reduce((sum, { curve, today }) => sum + response(curve, today), 0)
  return { spend, response: earnings, roi: spend > 0 ? (value * earnings) / spend : null }
}
