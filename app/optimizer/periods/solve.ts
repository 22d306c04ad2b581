import { type Bound, gapOf, goalValue, relief } from "../certificate.ts"
import { responseTo, sum } from "../channels.ts"
import { infeasible } from "../conflicts.ts"
import { feasiblePoint } from "../feasible.ts"
import { solveByGlpk } from "../glpk.ts"
import { constraintResult } from "../lp.ts"
import { canMeetByMip } from "../mip.ts"
import { gapTolerance, type Means, type NoSolution, nothingFound, type Problem, type Stopped } from "../problem.ts"
import type { Row } from "../rows.ts"
import { memoryOf } from "./exposures.ts"
import { loosened } from "./loosen.ts"
import { flatProblem, type PeriodsModel, periodsModel, polytopeOf, spendDomains } from "./model.ts"
import {
  assertPeriodsProblem,
  mostExposures,
  type PeriodsOptimum,
  type PeriodsProblem,
  type PeriodsSolution,
} from "./problem.ts"
import { ofAnswer, type RelaxedPeriods, relaxPeriods } from "./relax.ts"
import { searchPeriods } from "./search.ts"

/** Nodes times exposures that a search looks into at most. */
const mostWork = 200_000

/**
 * The best spends of several periods with their certificate, or why there are none. Concave curves by refined linear
 * programs (`lp`); others by branch and bound on the concave envelopes of the exposures' curves, each node solved that
 * way (`mip`). Synchronous, and the same to the last bit for the same problem, unless `expired` ended it, and then the
 * answer says so.
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
  const { solver = solveByGlpk, expired = () => false } = given
  const flat = flatProblem(problem)
  const hasBuys = problem.channels.some(({ minIfUsed = 0 }) => minIfUsed > 0)
  const meets = (other: Problem) => {
    if (hasBuys) return canMeetByMip(other, { solver, expired, mostNodes: mostWork / flat.channels.length })
    const { min, max, rows } = polytopeOf(other)
    return feasiblePoint({ min, max, rows }, solver) !== undefined
  }
  if (!meets(flat)) return infeasible(flat, meets)
  const polytope = polytopeOf(flat)
  const model = periodsModel(problem, polytope)
  if ("open" in model) {
    const names = [
      ...new Set(model.open.map((j) => problem.channels[Math.floor(j / problem.seasonality.length)]?.name)),
    ]
    return {
      status: "unbounded",
      detail: `Nothing known limits the spend on ${names.join(", ")}: give ${names.length === 1 ? "it" : "each"} a max, or the problem a total.`,
    }
  }
  const count = model.exposures.length
  if (count > mostExposures)
    return notSolvable(
      `The periods in which spends work, over all channels, are ${count}: at most ${mostExposures} are solved.`,
    )
  const { mostNodes = Math.ceil(mostWork / count) } = given
  const isConcave =
    model.channels.shapes.every(({ inflection }) => inflection === 0) &&
    spendDomains(problem, model.polytope).every(({ low, used }) => low === used)
  return isConcave
    ? solveConcave(problem, model, { solver, expired, mostNodes })
    : solveShaped(problem, model, { solver, expired, mostNodes })
}

function solveConcave(problem: PeriodsProblem, model: PeriodsModel, means: Means): PeriodsSolution {
  const best = relaxPeriods(model, model.channels, { ...means, wanted: ofAnswer })
  if (typeof best === "string") return brokeDown
  const found = priced(problem, model, best, means)
  const stopped = found.gap > gapTolerance && means.expired() ? "deadline" : null
  return optimum(problem, model, { method: "lp", found, bound: found.bound, iterations: found.programs, stopped })
}

/** The same once more with the prices of its rows, where maxes that rows imply have taken them. */
function priced(problem: PeriodsProblem, model: PeriodsModel, best: RelaxedPeriods, means: Means): RelaxedPeriods {
  const loose = means.expired() ? undefined : loosened(problem, model, best.plan)
  const found = loose && relaxPeriods(loose, loose.channels, { ...means, wanted: ofAnswer })
  return typeof found === "object" && found.gap <= Math.max(gapTolerance, best.gap) ? found : best
}

function solveShaped(problem: PeriodsProblem, model: PeriodsModel, means: Means): PeriodsSolution {
  const { found, bound, nodes: iterations, stopped } = searchPeriods(problem, model, means)
  if (!found) return stopped ? nothingFound(stopped) : brokeDown
  return optimum(problem, model, { method: "mip", found, bound, iterations, stopped })
}

interface Outcome {
  readonly method: "lp" | "mip"
  readonly found: RelaxedPeriods
  readonly bound: Bound
  readonly iterations: number
  readonly stopped: Stopped
}

function optimum(problem: PeriodsProblem, model: PeriodsModel, outcome: Outcome): PeriodsSolution {
  const { goal, polytope, channels } = model
  const { found, bound, method, iterations, stopped } = outcome
  const { plan, rows: duals } = found
  const response = responseTo(channels, found.exposures)
  const objective = goalValue(goal, response, sum(plan))
  // Exposures are sums: rounding in them is a share of what they can be, also where nothing is spent
  const size = Math.max(bound.size, goal.weight * responseTo(channels, channels.max))
  const gap = gapOf(goal, { ...bound, size }, response, sum(plan))
  const count = problem.seasonality.length
  const totalRow = polytope.rows.findIndex(({ isTotal }) => isTotal)
  return {
    status: gap <= gapTolerance ? "optimal" : "feasible",
    stopped: gap <= gapTolerance ? null : stopped,
    method,
    spends: problem.channels.map((_, c) => Array.from(plan.subarray(c * count, (c + 1) * count))),
    spendBounds: problem.channels.map((channel, c) =>
      Array.from({ length: count }, (_, t) =>
        boundOf(channel, t, plan[c * count + t] as number, found.earns[c * count + t] as number),
      ),
    ),
    response,
    objective,
    bound: Math.max(bound.value, objective),
    gap,
    totalShadowPrice: duals[totalRow] ?? 0,
    constraints: problem.constraints.map(({ name }, r) => {
      const result = constraintResult(name, polytope.rows[r] as Row, plan, duals[r] as number, goal)
      return { ...result, shadowPrice: relief(goal, Math.abs(duals[r] as number)) }
    }),
    iterations,
  }
}

/** The user's own bound of a spend, where it is at one, with its price: what the rows imply has the rows' prices. */
function boundOf(
  { min, max, minIfUsed = 0 }: PeriodsProblem["channels"][number],
  period: number,
  spend: number,
  earns: number,
): PeriodsOptimum["spendBounds"][number][number] {
  const low = min[period] as number
  const isMax = spend === max[period]
  const lower = spend === low ? "min" : spend > 0 && spend === minIfUsed ? "minIfUsed" : null
  if (isMax && (lower === null || earns > 0)) return { bound: "max", shadowPrice: Math.max(0, earns) }
  return { bound: lower, shadowPrice: lower ? Math.max(0, -earns) : 0 }
}

const notSolvable = (detail: string): NoSolution => ({ status: "not-solvable", detail })

const brokeDown = notSolvable("The linear-programming solver broke down on this problem: scale its numbers.")
