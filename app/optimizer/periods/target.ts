import { responseTo, sum } from "../channels.ts"
import { feasiblePoint, unitOf } from "../feasible.ts"
import { goalOf, isMet, surplusGoal, type Target } from "../goal.ts"
import type { LinearSolver } from "../linear-program.ts"
import { feasibilityTolerance, type Means, type Problem } from "../problem.ts"
import { largest } from "../schema.ts"
import { meetsExactly, towards } from "../towards.ts"
import { mostSurplus, ofMost } from "./best.ts"
import { certifyEach } from "./certificate.ts"
import { climbFrom } from "./envelopes.ts"
import { exposureAt, exposuresOf } from "./exposures.ts"
import { isConcave, type PeriodsModel, periodsModel, polytopeOf } from "./model.ts"
import type { PeriodsProblem } from "./problem.ts"
import { exposuresAt, ofAnswer, type RelaxedPeriods, relaxPeriods } from "./relax.ts"
import { mostReturning } from "./returning.ts"
import { searchPeriods } from "./search.ts"

/** Whether and how a goal's target can be met. */
export type Reached =
  | Met
  /** Spends that could grow without end, by index. */
  | { readonly open: number[] }
  /** No spends of the model meet it, nor any others. */
  | { readonly unmet: PeriodsModel }
  /** What gave out before that was known. */
  | { readonly spent: "deadline" | "limit" | "solver" }

export interface Met {
  /** Of all that may be better than what is known. */
  readonly model: PeriodsModel
  /** Spends that meet the target, with room where there is any. */
  readonly inside: Float64Array
  /** Spends that meet it and are good by the goal. */
  readonly start: Float64Array
}

/** Where nothing limits the spend, a total that does not do grows by this: up to the largest that a problem may name. */
const growth = 1e3

/**
 * Spends of a problem, within the demands of `flat`, that meet the target there, which there must be. Of a return the
 * model knows what can be spent at most; least spend is sought within ever larger totals, and then within what it took.
 */
export function reachTarget(problem: PeriodsProblem, flat: Problem, means: Means): Reached {
  const { target } = goalOf(flat.objective)
  if (!target) throw new Error("The goal has no target.")
  const { min, max, rows } = polytopeOf(flat)
  // Of a return the model itself knows an end
  const end = target.price === 0 && max.includes(Infinity) ? largest : Infinity
  const whole = periodsModel(problem, flat, end)
  if ("open" in whole) return whole
  const goal = surplusGoal(target)
  if (certifyEach({ ...whole, goal }).bound.value < leastOf(target, whole)) return { unmet: whole }
  const known = [...min, ...max, ...flat.channels.flatMap(({ today, minIfUsed = 0 }) => [today, minIfUsed])]
  const first = 10 * max.length * Math.max(unitOf(rows), ...known.filter(Number.isFinite))
  for (let reach = first; ; reach *= growth) {
    const isWhole = end === Infinity || reach >= end
    const model = isWhole ? whole : periodsModel(problem, flat, reach)
    if ("open" in model) return model
    const found = mostOf(problem, model, target, means)
    if ("inside" in found && target.price === 0) return cheaper(problem, flat, found, means)
    if (isWhole || !("unmet" in found)) return found
  }
}

/** Spends of much surplus over the target, or that there are none. */
function mostOf(
  problem: PeriodsProblem,
  model: PeriodsModel,
  target: Target,
  means: Means,
): Exclude<Reached, { open: number[] }> {
  const met = ({ plan, exposures }: RelaxedPeriods) => isMet(target, responseTo(model.channels, exposures), sum(plan))
  const found = isConcave(model) ? mostSurplus(model, model.channels, { ...means, wanted: ofMost }) : undefined
  if (found === "failed") return { spent: "solver" }
  if (found === "infeasible") return { unmet: model }
  if (found && met(found)) return { model, inside: found.plan, start: found.plan }
  const until = leastOf(target, model)
  if (found) return found.bound.value < until ? { unmet: model } : { spent: gaveOut(means) }
  const upward = { ...model, goal: surplusGoal(target) }
  const { found: near, bound, stopped } = searchPeriods(problem, upward, means, { until })
  // The search is content with fewer digits than the target is met to
  const top = near && (met(near) ? near : climbFrom(upward, near.plan, means, { wanted: ofMost }))
  if (top && met(top)) return { model, inside: top.plan, start: top.plan }
  if (stopped) return { spent: stopped }
  return near && bound.value >= until ? { spent: "limit" } : { unmet: model }
}

/** What the target asks for but for its tolerance: a share of no more than the terms that every plan has. */
const leastOf = ({ price, least }: Target, { polytope }: PeriodsModel): number =>
  least - feasibilityTolerance * Math.max(Math.abs(least), price * sum(polytope.min))

const gaveOut = ({ expired }: Pick<Means, "expired">): "deadline" | "limit" => (expired() ? "deadline" : "limit")

/** Nodes of a search that is for a figure in a message. */
const fewNodes = 200

/** What no spends of a model have more of, of what the target asks for; undefined where the solver finds out nothing. */
export function mostThereIs(problem: PeriodsProblem, model: PeriodsModel, means: Means): number | undefined {
  const { target } = model.goal
  if (!target) return undefined
  const upward = { ...model, goal: surplusGoal(target) }
  if (isConcave(model)) {
    const found = relaxPeriods(upward, model.channels, { ...means, wanted: ofAnswer })
    const alone = certifyEach(upward).bound.value
    return typeof found === "string" ? alone : Math.min(alone, found.bound.value)
  }
  const mostNodes = Math.min(fewNodes, means.mostNodes)
  const { found, bound } = searchPeriods(problem, upward, { ...means, mostNodes })
  return found && bound.value
}

/** Of least spend, nothing that spends more than what is known to do is better. */
function cheaper(problem: PeriodsProblem, flat: Problem, known: Met, means: Means): Reached {
  const { model, inside } = known
  const { goal, channels } = model
  if (!goal.target) throw new Error("The goal has no target.")
  if (!isConcave(model)) {
    const start = climbFrom(model, inside, means)?.plan ?? inside
    const narrower = periodsModel(problem, flat, sum(start) * (1 + feasibilityTolerance))
    return "open" in narrower ? narrower : { model: narrower, inside, start }
  }
  const free = relaxPeriods({ ...model, goal: { ...goal, target: undefined } }, channels, {
    ...means,
    wanted: ofAnswer,
  })
  if (typeof free === "string") return known
  const meets = (on: Float64Array) => meetsExactly(goal, responseTo(channels, exposuresAt(model, on)), sum(on))
  const narrower = periodsModel(problem, flat, 2 * sum(towards(meets, free.plan, inside)))
  if ("open" in narrower) return narrower
  const found = mostOf(problem, narrower, goal.target, means)
  return "inside" in found ? found : known
}

/**
 * The model of a goal without a target. Where nothing else limits a spend whose price counts, what any feasible plan is
 * worth does: what is better has at least that return.
 */
export function limitedModel(
  problem: PeriodsProblem,
  flat: Problem,
  solver: LinearSolver,
): PeriodsModel | { readonly open: number[] } {
  const model = periodsModel(problem, flat)
  const { weight, price } = goalOf(flat.objective)
  const hasBuys = flat.channels.some(({ minIfUsed = 0 }) => minIfUsed > 0)
  const plan = "open" in model && price > 0 && !hasBuys ? feasiblePoint(polytopeOf(flat), solver) : undefined
  if (!plan) return model
  const exposures = exposuresOf(problem)
  const earned = exposures.reduce((total, exposure) => total + exposure.shape.response(exposureAt(exposure, plan)), 0)
  const least = weight * earned - price * sum(plan)
  return periodsModel(problem, flat, mostReturning({ weight, price, least }, exposures))
}
