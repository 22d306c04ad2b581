import { setImmediate as nextTurn } from "node:timers/promises"
import { service } from "../contract/service.ts"
import { readModels } from "../models/models.ts"
import type { Model } from "../models/schema.ts"
import type { Solution } from "../optimizer/problem.ts"
import { ProblemError } from "../problem.ts"
import type { RunOptions } from "../threads.ts"
import { checker } from "../validation.ts"
import { type OptimizeDeps, refuseExtremes } from "./optimize.ts"
import { neededModels, type Prepared, prepare, sizeOf } from "./problem.ts"
import { amountOf, checkMeaning, checkSize, invalidBody, totalOf } from "./request.ts"
import { type ScenarioPoint, ScenarioRequest, scenarioLimits } from "./scenario-schema.ts"
import { at, pointAt, type Swept, settingOf, shareOf, stopwatch, sweepOf, sweptOf, withTotal } from "./scenario-task.ts"
import type { Bound, OptimizeRequest } from "./schema.ts"

/** A checked request: the optimization at the first total, and all totals, rising. */
export interface Scenarios {
  readonly request: OptimizeRequest
  readonly totals: readonly number[]
}

/**
 * The size of a request (`sizeOf`) times its totals, up to which all is computed on the event loop's thread: a millisecond
 * or two for the text, and a turn of the loop between two totals. Of more, and of several periods, threads make all.
 */
const inlineSize = 1_000

const checkShape = checker(ScenarioRequest, "strict")

/** A body as scenarios. Throws invalid-body with all problems. */
export function checkScenarios(body: unknown): Scenarios {
  const shaped = checkShape(body)
  if (!shaped.ok) throw invalidBody(shaped.errors)
  const { totals: given, ...request } = shaped.value
  const count = request.periods?.count ?? 1
  const today = count * totalOf(request.budget)
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

/**
 * The best allocation at each total, as the JSON of a ScenarioAnswer. A total that cannot be met is a point that says so;
 * what no total mends is thrown: unknown-model, unbounded, not-solvable, time-limit-reached, deadline-exceeded, overloaded,
 * database-unavailable.
 */
export async function solveScenarios(
  deps: OptimizeDeps,
  scenarios: Scenarios,
  options: RunOptions = {},
): Promise<{ readonly json: string }> {
  const { request, totals } = scenarios
  const needs = neededModels(request)
  const models = needs.length === 0 ? [] : await readModels(deps.database, needs)
  const begun = performance.now()
  const isSmall = !request.periods && sizeOf(request) * totals.length <= inlineSize
  const swept = isSmall
    ? [await sweepInline(deps, scenarios, prepare(request, needs, models), options)]
    : await sweepOnThreads(deps, scenarios, models, options)
  const points = swept.map((part) => part.points.slice(1, -1)).join(",")
  const { setting = "{}" } = swept[0] ?? {}
  return { json: `{"points":[${points}],"timeMs":${performance.now() - begun},${setting.slice(1)}` }
}

/** Concave problems are swept, with a turn of the event loop between totals; others are the solver's, total by total. */
async function sweepInline(
  { solver }: OptimizeDeps,
  { request, totals }: Scenarios,
  prepared: Prepared,
  options: RunOptions,
): Promise<Swept> {
  const left = timer(options)
  const elapsed = stopwatch()
  const { problem } = prepared
  const swept = sweepOf(problem, totals)
  const points: ScenarioPoint[] = []
  for (const total of totals) {
    const timeoutSeconds = left()
    const timeLimit = shareOf(request.timeLimit, elapsed(), totals.length - points.length)
    const solve = async (): Promise<Solution> =>
      swept?.next().value ?? solver.solve(withTotal(problem, total), { ...options, timeoutSeconds, timeLimit })
    points.push(pointAt(request, prepared, total, await solve().catch(refuseExtremes)))
    await nextTurn()
  }
  return sweptOf(points, settingOf(request, prepared), elapsed())
}

/** Task by task until all totals are answered; over several periods a total gets its share of the time that is left. */
async function sweepOnThreads(
  { solver }: OptimizeDeps,
  { request, totals }: Scenarios,
  models: readonly (Model | undefined)[],
  options: RunOptions,
): Promise<Swept[]> {
  const left = timer(options)
  const asked = { request: JSON.stringify(request), models }
  const parts: Swept[] = []
  let spent = 0
  for (let done = 0; done < totals.length; ) {
    const timeoutSeconds = left() / (request.periods ? totals.length - done : 1)
    const timeLimit = shareOf(request.timeLimit, spent, 1)
    const part = await solver.sweep({ ...asked, totals: totals.slice(done) }, { ...options, timeoutSeconds, timeLimit })
    parts.push(part)
    spent += part.seconds
    done += part.count
  }
  return parts
}

/** The seconds that are left at each call. Throws deadline-exceeded when there are none, and the signal's reason. */
function timer({ signal, timeoutSeconds = service.requestTimeoutSeconds }: RunOptions): () => number {
  const deadline = performance.now() + timeoutSeconds * 1000
  return () => {
    signal?.throwIfAborted()
    const seconds = (deadline - performance.now()) / 1000
    if (seconds > 0) return seconds
    throw new ProblemError("deadline-exceeded", `Not all totals were solved in ${timeoutSeconds} s. Ask for fewer.`)
  }
}
