import { type Bound, gapOf, goalValue, type Multipliers } from "../certificate.ts"
import { type Channels, responseTo, sum } from "../channels.ts"
import { mend, snap } from "../feasible.ts"
import { surplus, surplusScale } from "../goal.ts"
import type { LinearSolver } from "../linear-program.ts"
import { Tangents } from "../pieces.ts"
import type { Limits } from "../problem.ts"
import { gapTolerance } from "../problem.ts"
import { meetsExactly, towards } from "../towards.ts"
import { certify } from "./certificate.ts"
import { exposureAt } from "./exposures.ts"
import type { PeriodsModel } from "./model.ts"
import { type Solved, solveProgram } from "./program.ts"

/** The best spends of concave curves of exposures, with what proves how good they are. */
export interface RelaxedPeriods {
  readonly plan: Float64Array
  readonly exposures: Float64Array
  readonly multipliers: Multipliers
  readonly rows: Float64Array
  /** What one unit less of the goal's target adds; 0 where there is none. */
  readonly target: number
  /** By spend, what one more unit of it adds by the multipliers. */
  readonly earns: Float64Array
  readonly bound: Bound
  readonly gap: number
  readonly programs: number
  /** Left as it was because that was enough. */
  readonly rough?: true
}

/** The gap that an answer is solved to: prices want more digits than what is promised. */
export const ofAnswer = 1e-8

/** How a relaxation is solved: to which gap, and whether a bound that is no higher than `enough` will do. */
export interface Relaxing extends Pick<Limits, "expired"> {
  readonly solver: LinearSolver
  readonly wanted: number
  readonly enough?: number
}

/** Programs are solved until the gap is as small as is wanted, or as long as it still shrinks. */
const mostPrograms = 40

/**
 * The best of concave curves by linear programs on their tangents. The duals of each give a value of every exposure; the
 * next program has more tangents around the exposures of that value, ever closer together, and at the program's own
 * exposures. Kept are the best spends by the curves themselves and the best bound by duality (`certify`). The spends
 * meet the polytope; the exposures they make may leave the bounds of `channels` by rounding. A goal's target they meet if
 * `inside` is given: spends that meet it, with room to spare where there is any. Without, they fall short of it by ever
 * less, and what is short counts against them at the target's dual.
 */
export function relaxPeriods(
  model: Omit<PeriodsModel, "channels">,
  channels: Channels,
  { solver, expired, wanted, enough = -Infinity, inside }: Relaxing & { readonly inside?: Float64Array },
): RelaxedPeriods | "infeasible" | "failed" {
  const { polytope, exposures } = model
  const { shapes, min, max } = channels
  if (min.some((low, e) => low > (max[e] as number))) return "infeasible"
  const tangents = shapes.map((shape, e) => new Tangents(shape, min[e] as number, max[e] as number))
  const spendRanges = rangesOf(polytope.min, polytope.max)
  const exposureRanges = rangesOf(min, max)
  const meets = (on: Float64Array) => meetsExactly(model.goal, responseTo(channels, exposuresAt(model, on)), sum(on))
  let [spendScales, exposureScales] = [spendRanges, exposureRanges]
  let isWide = false
  let best: RelaxedPeriods | undefined
  let spread = 0.5
  let stalls = 0
  for (let programs = 1; programs <= mostPrograms; programs++) {
    const pieces = tangents.map((tangent) => tangent.pieces())
    const solved = solveProgram({ ...model, channels, pieces, spendScales, exposureScales }, solver)
    if (solved === "infeasible" && !best) return "infeasible"
    if (solved === "infeasible" || solved === "failed") {
      // A thin region, on scales of its own, may be lost to the solver's tolerance: once more on those that served before
      if (isWide) break
      isWide = true
      ;[spendScales, exposureScales] = [spendRanges, exposureRanges]
      continue
    }
    const mended = mend(polytope, snap(polytope, solved.spends), spendScales, solver)
    const plan = inside ? ((mended && towards(meets, mended, inside)) ?? inside) : mended
    const found = keepBest(best, model, channels, plan, solved, programs)
    if (!found) break
    stalls = best && found.gap > best.gap / 2 ? stalls + 1 : 0
    best = found
    if (found.gap <= wanted || (stalls >= 3 && found.gap <= gapTolerance) || stalls >= 8 || expired()) break
    if (isEnough(model, channels, found, enough)) return { ...found, rough: true }
    for (const [e, tangent] of tangents.entries()) {
      const exposure = exposures[e] as (typeof exposures)[number]
      tangent.add(exposureAt(exposure, solved.spends))
      tangent.add(found.exposures[e] as number)
      const marginal = found.multipliers.marginals[e] as number
      for (const part of [-1, -1 / 3, 0, 1 / 3, 1]) tangent.add(tangent.spendAt(marginal * (1 + part * spread)))
    }
    spread /= 6
    if (isWide) continue
    spendScales = nearer(spendRanges, polytope.min, found.plan)
    exposureScales = nearer(exposureRanges, min, found.exposures)
  }
  return best ?? "failed"
}

/** Of what is left to search, the share that a bound may be too high without being worth another program. */
const fine = 0.3

/** Whether a bound is below what is sought, or so much nearer to its own optimum that more digits would tell no more. */
function isEnough(
  model: Relaxable,
  channels: Channels,
  { bound, plan, target }: RelaxedPeriods,
  enough: number,
): boolean {
  if (enough === -Infinity) return false
  const value = worthOf(model, channels, plan, target)
  return bound.value <= enough || bound.value - value <= fine * (bound.value - enough)
}

export type Relaxable = Omit<PeriodsModel, "channels">

/**
 * What a plan is worth, less what is short of the target: at twice its dual, because at the dual itself the bound's own
 * spends seem to be worth the bound, however short they are; and no less than the same share of the goal.
 */
function worthOf(model: Relaxable, channels: Channels, plan: Float64Array, dual: number): number {
  const { goal } = model
  const [response, spend] = [responseTo(channels, exposuresAt(model, plan)), sum(plan)]
  const value = goalValue(goal, response, spend)
  const short = goal.target ? -surplus(goal.target, response, spend) : 0
  if (!goal.target || short <= 0) return value
  const size = Math.max(goal.weight * response, goal.price * spend)
  return value - short * Math.max(2 * dual, size / surplusScale(goal.target, response, spend))
}

function keepBest(
  best: RelaxedPeriods | undefined,
  model: Relaxable,
  channels: Channels,
  found: Float64Array | undefined,
  solved: Solved,
  programs: number,
): RelaxedPeriods | undefined {
  const { goal } = model
  const certificate = certify({ ...model, channels }, solved)
  const { bound, multipliers, rows, target, earns } =
    best && best.bound.value < certificate.bound.value ? best : certificate
  const value = (plan: Float64Array) => worthOf(model, channels, plan, target)
  const plan = found && (!best || value(found) > value(best.plan)) ? found : best?.plan
  if (!plan) return undefined
  const exposures = exposuresAt(model, plan)
  const [response, spend] = [responseTo(channels, exposures), sum(plan)]
  const short = goalValue(goal, response, spend) - value(plan)
  const gap = gapOf(goal, { ...bound, value: bound.value + short }, response, spend)
  return { plan, exposures, multipliers, rows, target, earns, bound, gap, programs }
}

export const exposuresAt = ({ exposures }: Pick<PeriodsModel, "exposures">, plan: Float64Array): Float64Array =>
  Float64Array.from(exposures, (exposure) => exposureAt(exposure, plan))

/** Widths, and 1 where there is none: what is pinned moves nothing. */
const rangesOf = (min: Float64Array, max: Float64Array): Float64Array =>
  max.map((most, i) => most - (min[i] as number) || 1)

/** Scales about as large as what was found, or the solver's tolerance would be large beside it. */
const nearer = (ranges: Float64Array, min: Float64Array, found: Float64Array): Float64Array =>
  ranges.map((range, i) => Math.max(1e-3 * range, (found[i] as number) - (min[i] as number)))
