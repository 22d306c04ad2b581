import { type Channels, channelsOf, sum } from "./channels.ts"
import type { Shape } from "./curves/shape.ts"
import { below, domainOf } from "./domain.ts"
import type { Domain } from "./envelope.ts"
import { type Goal, goalOf } from "./goal.ts"
import type { Problem } from "./problem.ts"
import { impliedMax, type Row, rowsOf } from "./rows.ts"
import { largest, smallest } from "./schema.ts"
import { twinsOf } from "./twins.ts"

/** A problem as branch and bound sees it. */
export interface Model {
  readonly goal: Goal
  /** The true curves, with the user's own bounds; min is 0 where a channel need not be used. */
  readonly channels: Channels
  /** With the ends that rows and target imply, finite where a curve is convex. */
  readonly domains: readonly Domain[]
  /** The constraints in their order, then the total, if there is one. */
  readonly rows: readonly Row[]
  readonly twins: readonly (readonly number[] | undefined)[]
}

/** Undefined where a channel's own bounds leave it no spend. */
export function modelOf(problem: Problem): Model | undefined {
  const own = problem.channels.map(domainOf)
  if (!own.every((domain) => domain !== undefined)) return undefined
  const goal = goalOf(problem.objective)
  const channels = {
    ...channelsOf(problem.channels),
    min: Float64Array.from(own, ({ low }) => low),
  }
  const rows = rowsOf(problem)
  const least = sum(channels.min)
  const left = Math.max(0, (problem.total?.amount ?? Infinity) - least)
  const most = Float64Array.from(own, ({ low, high }) => Math.min(high, low + left))
  const implied = impliedMax(rows, channels.min, most)
  const domains = own.map((domain, i) => {
    const curve = channels.shapes[i] as Shape
    const reach = curve.inflection === Infinity ? largest : Infinity
    // Nothing but an upper limit may ask for spend that the response does not need
    const isFree = problem.total?.spend !== "exactly" && problem.constraints.length === 0
    const alone = isFree ? enoughAlone(curve, goal) : Infinity
    const end = Math.max(domain.low, Math.min(implied[i] as number, reach, Math.max(domain.used, alone)))
    return below(domain, end) ?? domain
  })
  return { goal, channels, domains, rows, twins: twinsOf(problem) }
}

/** A spend that earns the response sought alone, for the goal of least spend: more of it is of no use. Else infinite. */
function enoughAlone(curve: Shape, { weight, target }: Goal): number {
  if (weight > 0 || !target || !(curve.response(largest) > target.least)) return Infinity
  let [low, high] = [smallest, largest]
  while (high > 1.001 * low) {
    const middle = Math.sqrt(low * high)
    if (curve.response(middle) > target.least) high = middle
    else low = middle
  }
  return high
}

/** By channel index, the least spend of a channel that is used at all, where that is more than its min; else 0. */
export const usedOf = ({ channels }: Problem): Float64Array =>
  Float64Array.from(channels, ({ min, minIfUsed = 0 }) => (minIfUsed > min ? minIfUsed : 0))
