import { type Channels, responseTo, sum } from "./channels.ts"
import type { Shape } from "./curves/shape.ts"
import type { Goal } from "./goal.ts"
import { type ConstraintResult, gapTolerance, type Optimum, type Stopped, type Verdict } from "./problem.ts"

/**
 * Multipliers of a problem in the form of `Goal`: the Lagrangian is weight · Σ fᵢ(xᵢ) − Σ pricesᵢ · xᵢ + constant. Any
 * multipliers of the right sign give an upper bound, which needs no trust in the solver that found them.
 */
export interface Multipliers {
  readonly weight: number
  /** By channel index. */
  readonly prices: Float64Array
  /** By channel index, prices / weight, where weight is not 0: to the last bit, or a line would seem to earn without end. */
  readonly marginals: Float64Array
  readonly constant: number
}

export interface Bound {
  readonly value: number
  /** Σ of the terms it is made of: what its rounding errors are a share of. */
  readonly size: number
}

/** The Lagrangian's largest value over the bounds: nothing feasible is better (weak duality). */
export function upperBound(
  { shapes, min, max }: Channels,
  { weight, prices, marginals, constant }: Multipliers,
): Bound {
  let value = constant
  let size = Math.abs(constant)
  for (let i = 0; i < min.length; i++) {
    const shape = shapes[i] as Shape
    const price = prices[i] as number
    const low = min[i] as number
    const high = max[i] as number
    const marginal = marginals[i] as number
    const free = weight > 0 && marginal >= 0 ? shape.spendAt(marginal) : price > 0 ? low : high
    const spend = Math.min(high, Math.max(low, free))
    // An infinite spend at no price earns the curve's limit
    const cost = price === 0 ? 0 : weight === 0 ? price * spend : weight * (marginal * spend)
    const earned = weight === 0 ? 0 : weight * shape.response(spend)
    value += earned - cost
    size += earned + Math.abs(cost)
  }
  return { value: Number.isNaN(value) ? Infinity : value, size }
}

export interface Found {
  readonly method: Optimum["method"]
  readonly spends: Float64Array
  readonly multipliers: Multipliers
  readonly totalShadowPrice: number
  readonly constraints: ConstraintResult[]
  /** The best bound known, in the form of `Goal`. */
  readonly bound: Bound
  readonly iterations: number
  /** What ended the search before it was done. */
  readonly stopped?: Stopped | null
  /** By channel index, the least spend of a channel that is used at all, where that is more than its min; else 0. */
  readonly used?: Float64Array
}

/** What is maximized. */
export const goalValue = (goal: Goal, response: number, spend: number): number =>
  goal.weight * response - goal.price * spend

/** What is maximized, at `spends`, by the curves of `channels`. */
export const valueAt = (goal: Goal, channels: Channels, spends: Float64Array): number =>
  goalValue(goal, responseTo(channels, spends), sum(spends))

/** A share of a bound's terms below which all is rounding. */
const resolution = 1e-9

/**
 * A gap relative to the terms that the value is made of: a profit near 0 is still the difference of two large sums.
 * Where the value is next to nothing beside the terms of the bound, relative to a billionth of those.
 */
export function gapOf(goal: Goal, bound: Bound, response: number, spend: number): number {
  const over = bound.value - goalValue(goal, response, spend)
  if (over <= 0) return 0
  const size = Math.max(goal.weight * response, goal.price * spend, resolution * bound.size)
  return size > 0 && over < Infinity ? over / size : Infinity
}

/** What a gap is called, and where it is not closed, why: a search that came to its end is held up by its numbers alone. */
export const verdictOf = (gap: number, stopped: Stopped | null): Verdict =>
  gap <= gapTolerance ? { status: "optimal", stopped: null } : { status: "feasible", stopped: stopped ?? "precision" }

/** Everything the answer says, from spends and multipliers; `channels` bear the user's own bounds. */
export function optimum(goal: Goal, channels: Channels, found: Found): Optimum {
  const { shapes, min, max } = channels
  const { spends, multipliers, used } = found
  const response = responseTo(channels, spends)
  const spend = sum(spends)
  const value = goalValue(goal, response, spend)
  const size = Math.max(goal.weight * response, goal.price * spend)
  const count = spends.length
  const allocation = new Array<number>(count)
  const channelBounds = new Array<Optimum["channelBounds"][number]>(count)
  const channelPrices = new Array<number>(count)
  for (let i = 0; i < count; i++) {
    const at = spends[i] as number
    const shape = shapes[i] as Shape
    const other = at > 0 && at === used?.[i] ? "minIfUsed" : at === min[i] ? "min" : null
    const bound = at === max[i] && (other === null || raising(shape, at, multipliers, i) > 0) ? "max" : other
    allocation[i] = at
    channelBounds[i] = bound
    channelPrices[i] =
      bound === null
        ? 0
        : unlessRounding(relief(goal, (bound === "max" ? raising : lowering)(shape, at, multipliers, i)), spend, size)
  }
  const gap = gapOf(goal, found.bound, response, spend)
  return {
    ...verdictOf(gap, found.stopped ?? null),
    method: found.method,
    allocation,
    response,
    objective: goal.sign * value || 0,
    bound: goal.sign * Math.max(found.bound.value, value) || 0,
    gap,
    totalShadowPrice: unlessRounding(clamp(goal.sign * found.totalShadowPrice) || 0, spend, size),
    channelPrices,
    channelBounds,
    constraints: found.constraints.map((one) => ({
      ...one,
      shadowPrice: unlessRounding(one.shadowPrice, Math.abs(one.value), size),
    })),
    iterations: found.iterations,
  }
}

/** What the next unit of a channel's spend adds to the Lagrangian. Most spends are held by no bound, and nobody asks. */
function raising(shape: Shape, at: number, { weight, prices, marginals }: Multipliers, i: number): number {
  return weight > 0 ? weight * (shape.marginal(at) - (marginals[i] as number)) : -(prices[i] as number)
}

/** What one unit less of it adds. */
function lowering(shape: Shape, at: number, { weight, prices, marginals }: Multipliers, i: number): number {
  return weight > 0 ? weight * ((marginals[i] as number) - shape.marginalBefore(at)) : (prices[i] as number)
}

/**
 * A price, or 0 where it is rounding: where as many units more as there are changed no digit of the terms that the value is
 * made of. On a curve that is flat there the search ends at whatever is next to 0.
 */
export const unlessRounding = (price: number, units: number, size: number): number =>
  units > 0 && Math.abs(price) * units <= (Number.EPSILON / 2) * size ? 0 : price

/** The price of relaxing a bound: never less than 0 in what is maximized, said in the user's objective. */
export const relief = (goal: Goal, price: number): number => clamp(goal.sign * Math.max(0, price)) || 0

const clamp = (price: number) =>
  Number.isNaN(price) ? 0 : Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, price))
