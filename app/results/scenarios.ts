import { setImmediate as nextTurn } from "node:timers/promises"
import { service } from "../contract/service.ts"
import { response } from "../optimizer/curves.ts"
import { canSweep, frontier } from "../optimizer/frontier.ts"
import type { Objective, Problem, Solution, Total } from "../optimizer/problem.ts"
import { ProblemError } from "../problem.ts"
import { checker } from "../validation.ts"
import { answerOf } from "./answer.ts"
import { type OptimizeDeps, prepareRequest, refuseExtremes } from "./optimize.ts"
import type { Prepared } from "./problem.ts"
import { amountOf, checkMeaning, checkSize, invalidBody, spendOf } from "./request.ts"
import { type ScenarioAnswer, type ScenarioPoint, ScenarioRequest, scenarioLimits } from "./scenario-schema.ts"
import type { Bound, OptimizeRequest } from "./schema.ts"
import type { SolveOptions } from "./solver.ts"

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
  const today = spendOf(Object.keys(request.budget), new Map(Object.entries(request.budget)))
  const totals = totalsOf(given, today)
  const paths = Array.isArray(given) ? given.map((_, i) => `/totals/${i}`) : ["/totals/from", "/totals/to"]
  const ends = Array.isArray(given) ? given : [given.from, given.to]
  const errors = [
    ...checkMeaning(request),
    ...ends.flatMap((bound, i) => checkSize(paths[i] ?? "/totals", amountOf(bound, today))),
  ]
  const allocations = totals.length * Object.keys(request.budget).length
  if (allocations > scenarioLimits.allocations)
    errors.push({
      path: "/totals",
      message: `asks for ${allocations} spends, channels times totals: at most ${scenarioLimits.allocations} are answered`,
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
  options: SolveOptions = {},
): Promise<ScenarioAnswer> {
  const prepared = await prepareRequest(deps.database, request)
  const begun = performance.now()
  const points: ScenarioPoint[] = []
  for await (const solution of solutions(deps, prepared.problem, totals, options)) {
    const total = totals[points.length] ?? 0
    points.push(pointOf(at(request, total), withTotal(prepared, total), solution, total))
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
  { signal, timeoutSeconds = service.requestTimeoutSeconds }: SolveOptions,
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

const withTotal = (prepared: Prepared, amount: number): Prepared => {
  const total: Total = { amount, spend: prepared.problem.total?.spend ?? "at-most" }
  return { ...prepared, problem: { ...prepared.problem, total } }
}

/** Nobody reads a scenario's answer by itself. */
const unread = { id: "", createdAt: "", stored: false, cached: false, timeMs: 0 }

function pointOf(request: OptimizeRequest, prepared: Prepared, solution: Solution, total: number): ScenarioPoint {
  if (solution.status === "infeasible") return unmet(request, prepared, solution, total)
  const { status, method, gap, allocation, totals, budget } = answerOf(request, prepared, solution, unread)
  const { spend, response: earned, roi } = totals.optimal
  const { objective } = prepared.problem
  const value = valueIn(request)
  return {
    total,
    status,
    method,
    gap,
    allocation,
    spend,
    response: earned,
    roi,
    profit: value === undefined ? null : value * earned - spend,
    shadowPrice: budget.shadowPrice,
    marginalRoi: marginalRoi(objective, budget.shadowPrice),
  }
}

function unmet(request: OptimizeRequest, prepared: Prepared, solution: Solution, total: number): ScenarioPoint {
  try {
    answerOf(request, prepared, solution, unread)
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "infeasible") throw error
    const conflicts = error.errors.map(({ path }) => (path === "/constraints/total" ? "/totals" : path))
    return { total, status: "infeasible", detail: error.message, conflicts }
  }
  throw new Error(`The total ${total} is infeasible and has an answer.`)
}

/** The shadow price counts what the goal maximizes; a unit's return is that and what the goal takes off for it. */
function marginalRoi(objective: Objective, shadowPrice: number | null): number | null {
  if (shadowPrice === null) return null
  switch (objective.goal) {
    case "response":
      return shadowPrice
    case "profit":
      return shadowPrice + 1
    case "marginal-roi":
      return shadowPrice + objective.target
    default:
      return null
  }
}

/** What the request says that a response is worth; a default of 1 is no value to count a profit in. */
function valueIn({ objective }: OptimizeRequest): number | undefined {
  return objective && "valuePerResponse" in objective ? objective.valuePerResponse : undefined
}

function todayOf({ channels, problem: { objective } }: Prepared): ScenarioAnswer["today"] {
  const value = "valuePerResponse" in objective ? objective.valuePerResponse : 1
  const spend = channels.reduce((sum, { today }) => sum + today, 0)
  const earned = channels.reduce((sum, { curve, today }) => sum + response(curve, today), 0)
  return { spend, response: earned, roi: spend > 0 ? (value * earned) / spend : null }
}

function tooLong(timeoutSeconds: number): ProblemError {
  return new ProblemError("deadline-exceeded", `Not all totals were solved in ${timeoutSeconds} s. Ask for fewer.`)
}
