import { setImmediate as nextTurn } from "node:timers/promises"
import { service } from "../contract/service.ts"
import { response } from "../optimizer/curves.ts"
import { canSweep, frontier } from "../optimizer/frontier.ts"
import { exposuresOf } from "../optimizer/periods/exposures.ts"
import type { PeriodsProblem, PeriodsSolution } from "../optimizer/periods/problem.ts"
import type { Problem, Solution, Total } from "../optimizer/problem.ts"
import { ProblemError } from "../problem.ts"
import type { RunOptions } from "../threads.ts"
import { checker } from "../validation.ts"
import { answerOf } from "./answer.ts"
import { type OptimizeDeps, prepareRequest, refuseExtremes } from "./optimize.ts"
import { periodsAnswerOf } from "./periods-answer.ts"
import { earned, heldToday } from "./periods-earned.ts"
import type { PreparedPeriods } from "./periods-problem.ts"
import type { Prepared } from "./problem.ts"
import { amountOf, checkMeaning, checkSize, invalidBody, spendOf } from "./request.ts"
import { pointOf } from "./scenario-point.ts"
import { type ScenarioAnswer, type ScenarioPoint, ScenarioRequest, scenarioLimits } from "./scenario-schema.ts"
import type { Bound, OptimizeRequest } from "./schema.ts"

/** A checked request: the optimization at the first total, and all totals, rising. */
export interface Scenarios {
  readonly request: OptimizeRequest
  readonly totals: readonly number[]
}

const checkShape = checker(ScenarioRequest, "strict")

/** A body as scenarios. Throws invalid-body with all problems. */
export function checkScenarios(body: unknown): Scenarios {
  const shaped = checkShape(body)
  if (!shaped.ok) throw invalidBody(shaped.errors)
  const { totals: given, ...request } = shaped.value
  const count = request.periods?.count ?? 1
  const today = count * spendOf(Object.keys(request.budget), new Map(Object.entries(request.budget)))
  const totals = totalsOf(given, today)
  const paths = Array.isArray(given) ? given.map((_, i) => `/totals/${i}`) : ["/totals/from", "/totals/to"]
  const ends = Array.isArray(given) ? given : [given.from, given.to]
  const errors = [
    ...checkMeaning(request),
    ...ends.flatMap((bound, i) => checkSize(paths[i] ?? "/totals", amountOf(bound, today))),
  ]
  const allocations = totals.length * Object.keys(request.budget).length * count
  if (allocations > scenarioLimits.allocations)
    errors.push({
      path: "/totals",
      message: `asks for ${allocations} spends, channels times ${count > 1 ? "periods times " : ""}totals: at most ${scenarioLimits.allocations} are answered`,
    })
  if (errors.length > 0) throw invalidBody(errors)
  return { request: at(request, totals[0] ?? 0), totals }
}

/** Rising, each once. */
function totalsOf(given: ScenarioRequest["totals"], today: number): number[] {
  const amounts = Array.isArray(given) ? given.map((bound) => amountOf(bound, today)) : evenly(given, today)
  return [...new Set(amounts)].sort((a, b) => a - b)
}

function evenly({ from, to, steps }: { from: Bound; to: Bound; steps: number }, today: number): number[] {
  const [first, last] = [amountOf(from, today), amountOf(to, today)]
  return Array.from({ length: steps }, (_, i) => (i === steps - 1 ? last : first + (i / (steps - 1)) * (last - first)))
}

const at = (request: OptimizeRequest, total: number): OptimizeRequest => ({
  ...request,
  constraints: { ...request.constraints, total },
})

/**
 * The best allocation at each total. A total that cannot be met is a point that says so; what no total mends is thrown:
 * unknown-model, unbounded, not-solvable, deadline-exceeded, overloaded, database-unavailable.
 */
export async function solveScenarios(
  deps: OptimizeDeps,
  { request, totals }: Scenarios,
  options: RunOptions = {},
): Promise<ScenarioAnswer> {
  const prepared = await prepareRequest(deps.database, request)
  const begun = performance.now()
  const points: ScenarioPoint[] = []
  if ("seasonality" in prepared.problem) {
    const several = { ...prepared, problem: prepared.problem }
    for await (const solution of solutionsOfPeriods(deps, several.problem, totals, options)) {
      const total = totals[points.length] ?? 0
      const whole = at(request, total)
      points.push(pointOf(whole, total, () => periodsAnswerOf(whole, withTotal(several, total), solution, unread)))
    }
  } else {
    const one = { ...prepared, problem: prepared.problem }
    for await (const solution of solutions(deps, one.problem, totals, options)) {
      const total = totals[points.length] ?? 0
      const whole = at(request, total)
      points.push(pointOf(whole, total, () => answerOf(whole, withTotal(one, total), solution, unread)))
    }
  }
  const models = new Map(prepared.channels.map(({ name, model }) => [name, model]))
  return {
    goal: prepared.problem.objective.goal,
    points,
    today: todayOf(prepared),
    channels: Object.keys(request.budget).map((channel) => ({ channel, model: models.get(channel) ?? "" })),
    timeMs: performance.now() - begun,
    warnings: [...prepared.warnings],
  }
}

/** Concave problems are swept on this thread, with a turn of the event loop between totals; the solver takes the rest. */
async function* solutions(
  { solver }: OptimizeDeps,
  problem: Problem,
  totals: readonly number[],
  { signal, timeoutSeconds = service.requestTimeoutSeconds }: RunOptions,
): AsyncGenerator<Solution> {
  const spend = problem.total?.spend ?? "at-most"
  const deadline = performance.now() + timeoutSeconds * 1000
  const left = () => {
    signal?.throwIfAborted()
    const seconds = (deadline - performance.now()) / 1000
    if (seconds <= 0) throw tooLong(timeoutSeconds)
    return seconds
  }
  try {
    const swept = canSweep(problem) ? frontier(problem, totals, spend) : undefined
    for (const amount of totals) {
      const options = { signal, timeoutSeconds: left() }
      yield swept?.next().value ?? (await solver.solve({ ...problem, total: { amount, spend } }, options))
      await nextTurn()
    }
  } catch (error) {
    yield refuseExtremes(error)
  }
}

/** The same for several periods, which are solved on threads: each total gets its share of the time that is left. */
async function* solutionsOfPeriods(
  { solver }: OptimizeDeps,
  problem: PeriodsProblem,
  totals: readonly number[],
  { signal, timeoutSeconds = service.requestTimeoutSeconds }: RunOptions,
): AsyncGenerator<PeriodsSolution> {
  const spend = problem.total?.spend ?? "at-most"
  const deadline = performance.now() + timeoutSeconds * 1000
  for (const [i, amount] of totals.entries()) {
    signal?.throwIfAborted()
    const seconds = (deadline - performance.now()) / 1000 / (totals.length - i)
    if (seconds <= 0) throw tooLong(timeoutSeconds)
    const one = { ...problem, total: { amount, spend } }
    yield await solver.solvePeriods(one, { signal, timeoutSeconds: seconds }).catch(refuseExtremes)
  }
}

function withTotal<P extends { readonly problem: { readonly total?: Total } }>(prepared: P, amount: number): P {
  const total: Total = { amount, spend: prepared.problem.total?.spend ?? "at-most" }
  return { ...prepared, problem: { ...prepared.problem, total } }
}

/** Nobody reads a scenario's answer by itself. */
const unread = { id: "", createdAt: "", stored: false, cached: false, timeMs: 0 }

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

function tooLong(timeoutSeconds: number): ProblemError {
  return new ProblemError("deadline-exceeded", `Not all totals were solved in ${timeoutSeconds} s. Ask for fewer.`)
}
