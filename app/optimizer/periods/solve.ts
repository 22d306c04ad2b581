import { type Bound, gapOf, goalValue, relief, unlessRounding, verdictOf } from "../certificate.ts"
import { responseTo, sum } from "../channels.ts"
import { infeasible } from "../conflicts.ts"
import { feasiblePoint } from "../feasible.ts"
import { solveByGlpk } from "../glpk.ts"
import { type Goal, goalOf } from "../goal.ts"
import { constraintResult } from "../lp.ts"
import { canMeetByMip } from "../mip.ts"
import { type Infeasible, type Means, type NoSolution, nothingFound, type Problem, type Stopped } from "../problem.ts"
import type { Row } from "../rows.ts"
import { bestPeriods } from "./best.ts"
import { exposuresOf, memoryOf } from "./exposures.ts"
import { flatProblem, isConcave, loosened, type PeriodsModel, polytopeOf } from "./model.ts"
import {
  assertPeriodsProblem,
  mostExposures,
  type PeriodsOptimum,
  type PeriodsProblem,
  type PeriodsSolution,
} from "./problem.ts"
import { ofAnswer, type RelaxedPeriods } from "./relax.ts"
import { searchPeriods } from "./search.ts"
import { limitedModel, type Met, mostThereIs, type Reached, reachTarget } from "./target.ts"

/** Nodes times exposures that a search looks into at most. */
const mostWork = 200_000

/**
 * The best spends of several periods with their certificate, or why there are none. Concave curves by refined linear
 * programs (`lp`); others by branch and bound (`mip`): on plans of single channels at common prices where exposures
 * follow from one another, else on concave envelopes of the exposures' curves, each node solved by such programs.
 * Synchronous, and the same to the last bit for the same problem, unless `expired` ended it, and then the answer says so.
 *
 * @throws RangeError naming the field, for numbers that no problem may have.
 */
export function solvePeriods(problem: PeriodsProblem, given: Partial<Means> = {}): PeriodsSolution {
  assertPeriodsProblem(problem)
  const endless = problem.channels.find((channel) => memoryOf(channel) === undefined)
  if (problem.afterHorizon === "counted" && endless)
    return notSolvable(
      `What works after the horizon cannot be counted for ${endless.name}, whose adstock has no end: give the adstock ` +
        "periods, or ignore what works after the horizon.",
    )
  const count = exposuresOf(problem).length
  if (count > mostExposures)
    return notSolvable(
      `The periods in which spends work, over all channels, are ${count}: at most ${mostExposures} are solved.`,
    )
  const { solver = solveByGlpk, expired = () => false, mostNodes = Math.ceil(mostWork / count) } = given
  const means = { solver, expired, mostNodes }
  const flat = flatProblem(problem)
  const canMeet = (other: Problem) => canMeetRows(other, means) && !("unmet" in reached(problem, other, means))
  if (!canMeetRows(flat, means)) return infeasible(flat, canMeet)
  const found = reached(problem, flat, means)
  if ("unmet" in found) return unmet(problem, infeasible(flat, canMeet), mostThereIs(problem, found.unmet, means))
  if ("open" in found) return unlimited(problem, found.open)
  if ("spent" in found) return found.spent === "solver" ? brokeDown : nothingFound(found.spent)
  return isConcave(found.model) ? solveConcave(problem, found, means) : solveShaped(problem, found, means)
}

/** The model of a problem within the demands of `flat`, with what is known of its target where it has one. */
function reached(problem: PeriodsProblem, flat: Problem, means: Means): Reached | Modelled {
  if (goalOf(flat.objective).target) return reachTarget(problem, flat, means)
  const model = limitedModel(problem, flat, means.solver)
  return "open" in model ? model : { model }
}

type Modelled = Pick<Met, "model"> & Partial<Met>

/** Whether bounds, minimum buys and constraints can be met together, whatever that earns. */
function canMeetRows(flat: Problem, means: Means): boolean {
  const { min, max, rows } = polytopeOf(flat)
  if (flat.channels.every(({ minIfUsed = 0 }) => minIfUsed === 0))
    return feasiblePoint({ min, max, rows }, means.solver) !== undefined
  const mostNodes = Math.ceil(mostWork / flat.channels.length)
  return canMeetByMip({ ...flat, objective: { goal: "response" } }, { ...means, mostNodes })
}

function solveConcave(problem: PeriodsProblem, { model: narrow, inside }: Modelled, means: Means): PeriodsSolution {
  const model = loosened(narrow)
  const how = { ...means, wanted: ofAnswer, ...(inside ? { inside } : {}) }
  const found = bestPeriods(model, model.channels, how)
  if (typeof found === "string") return brokeDown
  const stopped = means.expired() ? "deadline" : null
  return optimum(problem, model, { method: "lp", found, bound: found.bound, iterations: found.programs, stopped })
}

function solveShaped(problem: PeriodsProblem, { model, ...known }: Modelled, means: Means): PeriodsSolution {
  const { found, bound, nodes: iterations, stopped } = searchPeriods(problem, model, means, known)
  if (!found) return stopped ? nothingFound(stopped) : brokeDown
  return optimum(problem, model, { method: "mip", found, bound, iterations, stopped })
}

interface Outcome {
  readonly method: "lp" | "mip"
  readonly found: RelaxedPeriods
  readonly bound: Bound
  readonly iterations: number
  readonly stopped: Stopped | null
}

function optimum(problem: PeriodsProblem, model: PeriodsModel, outcome: Outcome): PeriodsSolution {
  const { goal, polytope, channels } = model
  const { found, bound, method, iterations, stopped } = outcome
  const { plan, rows: duals } = found
  const response = responseTo(channels, found.exposures)
  const spend = sum(plan)
  const value = goalValue(goal, response, spend)
  const terms = Math.max(goal.weight * response, goal.price * spend)
  // Exposures are sums: rounding in them is a share of what they can be, also where nothing is spent
  const size = Math.max(bound.size, goal.weight * responseTo(channels, channels.max))
  const gap = gapOf(goal, { ...bound, size }, response, spend)
  const count = problem.seasonality.length
  const totalRow = polytope.rows.findIndex(({ isTotal }) => isTotal)
  return {
    ...verdictOf(gap, stopped),
    method,
    spends: problem.channels.map((_, c) => Array.from(plan.subarray(c * count, (c + 1) * count))),
    spendBounds: problem.channels.map((channel, c) =>
      Array.from({ length: count }, (_, t) =>
        boundOf(goal, channel, t, plan[c * count + t] as number, found.earns[c * count + t] as number),
      ),
    ),
    response,
    objective: goal.sign * value || 0,
    bound: goal.sign * Math.max(bound.value, value) || 0,
    gap,
    totalShadowPrice: unlessRounding(goal.sign * (duals[totalRow] ?? 0) || 0, spend, terms),
    constraints: problem.constraints.map(({ name }, r) => {
      const result = constraintResult(name, polytope.rows[r] as Row, plan, duals[r] as number, goal)
      return { ...result, shadowPrice: unlessRounding(result.shadowPrice, Math.abs(result.value), terms) }
    }),
    iterations,
  }
}

/** The user's own bound of a spend, where it is at one, with its price: what the rows imply has the rows' prices. */
function boundOf(
  goal: Goal,
  { min, max, minIfUsed = 0 }: PeriodsProblem["channels"][number],
  period: number,
  spend: number,
  earns: number,
): PeriodsOptimum["spendBounds"][number][number] {
  const low = min[period] as number
  const isMax = spend === max[period]
  const lower = spend === low ? "min" : spend > 0 && spend === minIfUsed ? "minIfUsed" : null
  if (isMax && (lower === null || earns > 0)) return { bound: "max", shadowPrice: relief(goal, earns) }
  return { bound: lower, shadowPrice: lower ? relief(goal, -earns) : 0 }
}

function unlimited({ channels, seasonality }: PeriodsProblem, open: readonly number[]): NoSolution {
  const names = [...new Set(open.map((j) => channels[Math.floor(j / seasonality.length)]?.name))]
  return {
    status: "unbounded",
    detail: `Nothing known limits the spend on ${names.join(", ")}: give ${names.length === 1 ? "it" : "each"} a max, or the problem a total.`,
  }
}

/** Of a response that is too high, with what can be had. */
function unmet({ objective }: PeriodsProblem, found: Infeasible, most: number | undefined): Infeasible {
  if (objective.goal !== "least-spend" || most === undefined) return found
  return { ...found, detail: `${found.detail} No more than ${Number(most.toPrecision(10))} can be earned.` }
}

const notSolvable = (detail: string): NoSolution => ({ status: "not-solvable", detail })

const brokeDown = notSolvable("The linear-programming solver broke down on this problem: scale its numbers.")
