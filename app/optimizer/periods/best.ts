import { gapOf } from "../certificate.ts"
import { type Channels, responseTo, sum } from "../channels.ts"
import { mend } from "../feasible.ts"
import { isMet, surplusGoal } from "../goal.ts"
import { meetsExactly, towards } from "../towards.ts"
import { exposuresAt, ofAnswer, type Relaxable, type RelaxedPeriods, type Relaxing, relaxPeriods } from "./relax.ts"

/** The gap to which the most that can be earned is found: a target just below it is to be met by room of its own. */
export const ofMost = 1e-10

/**
 * As `relaxPeriods`, with spends that meet the goal's target, too: by way of `inside`, which meets it with room where there
 * is any, or of what is found to. "infeasible" where nothing does.
 */
export function bestPeriods(
  model: Relaxable,
  channels: Channels,
  means: Relaxing & { readonly inside?: Float64Array },
): RelaxedPeriods | "infeasible" | "failed" {
  const { target } = model.goal
  if (!target) return relaxPeriods(model, channels, means)
  let { inside } = means
  if (!inside) {
    const most = mostSurplus(model, channels, means)
    if (typeof most === "string") return most
    if (!isMet(target, responseTo(channels, most.exposures), sum(most.plan))) return "infeasible"
    inside = most.plan
  }
  const found = relaxPeriods(model, channels, { ...means, inside })
  return typeof found === "string" || means.wanted > ofAnswer ? found : settled(model, channels, found, means)
}

/** Spends of much surplus over the goal's target, or of the most where that is next to none. */
export function mostSurplus(
  model: Relaxable,
  channels: Channels,
  means: Relaxing,
): RelaxedPeriods | "infeasible" | "failed" {
  const { target } = model.goal
  if (!target) throw new Error("The goal has no target.")
  const goal = surplusGoal(target)
  return relaxPeriods({ ...model, goal }, channels, { ...means, wanted: ofMost, enough: target.least })
}

/** So near to a bound, as a share of its range, a spend that its price holds there is meant to be at it. */
const near = 1e-6

/**
 * The same plan with the spends at their bounds that the multipliers hold there: on the way to where the target is met all
 * of them moved a little. Found is that within the other spends, or the plan is left as it is.
 */
function settled(model: Relaxable, channels: Channels, found: RelaxedPeriods, means: Relaxing): RelaxedPeriods {
  const { goal, polytope } = model
  const { plan, earns, bound } = found
  const held = plan.map((spend, j) => {
    const [low, high] = [polytope.min[j] as number, polytope.max[j] as number]
    const end = (earns[j] as number) > 0 ? high : low
    return earns[j] !== 0 && Math.abs(spend - end) <= near * (high - low) ? end : Number.NaN
  })
  if (plan.every((spend, j) => Number.isNaN(held[j]) || held[j] === spend)) return found
  const fixed = (bounds: Float64Array) =>
    bounds.map((value, j) => (Number.isNaN(held[j]) ? value : (held[j] as number)))
  const pinned = { ...polytope, min: fixed(polytope.min), max: fixed(polytope.max) }
  const most = mostSurplus({ ...model, polytope: pinned }, channels, means)
  const moved = mend(
    pinned,
    plan,
    polytope.max.map((high, j) => high - (polytope.min[j] as number) || 1),
    means.solver,
  )
  const meets = (on: Float64Array) => meetsExactly(goal, responseTo(channels, exposuresAt(model, on)), sum(on))
  if (typeof most === "string" || !moved || !meets(most.plan)) return found
  const settledPlan = towards(meets, moved, most.plan)
  const exposures = exposuresAt(model, settledPlan)
  const gap = gapOf(goal, bound, responseTo(channels, exposures), sum(settledPlan))
  return gap <= Math.max(2 * found.gap, ofAnswer) ? { ...found, plan: settledPlan, exposures, gap } : found
}
