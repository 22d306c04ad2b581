import { allocate, flattest, leastMeeting, mostMeeting, type Point, pointAt, steepest } from "./allocate.ts"
import { goalValue, type Multipliers, optimum, upperBound } from "./certificate.ts"
import { type Channels, channelsOf, responseTo, sum } from "./channels.ts"
import { infeasible } from "./conflicts.ts"
import { type Goal, goalOf, surplus, surplusScale, type Target } from "./goal.ts"
import { feasibilityTolerance, type Problem, type Solution, type Total } from "./problem.ts"
import { largest } from "./schema.ts"
import { unbounded } from "./unbounded.ts"

/**
 * Concave curves, bounds and at most a total: at the optimum all channels that are free to move earn the same for
 * their next unit (Karush, Kuhn, Tucker). Every goal's optimum lies on the one path of spends that this marginal
 * parameterizes, so each is found by a root search on it.
 *
 * The problem must have concave curves and no linear constraints. `ceiling` as in `allocate`.
 */
export function solveKkt(problem: Problem, ceiling?: number): Solution {
  const channels = channelsOf(problem.channels)
  const goal = goalOf(problem.objective)
  if (!canMeet(problem, channels, goal)) return infeasible(problem, canMeet)
  const endless = endlessChannel(channels, goal, problem.total)
  if (endless !== undefined) return unbounded(problem, [endless])
  const found = equalize(channels, goal, problem.total, ceiling)
  // A best spend that no problem may name is as good as none; least spend is that however much it is
  const beyond = problem.total ? -1 : beyondCounting(channels, goal, found.spends)
  if (beyond >= 0) return unbounded(problem, [beyond])
  return optimum(goal, channels, { method: "kkt", ...found, constraints: [] })
}

/** The first channel without a max whose spend no problem may name; −1 where none. */
export const beyondCounting = ({ max }: Channels, { weight }: Goal, spends: Float64Array): number =>
  spends.findIndex((spend, i) => weight > 0 && max[i] === Infinity && spend > largest / 2)

/** The best of concave channels, with its certificate. There must be one: `meets` and no `endlessChannel`. */
export function equalize(channels: Channels, goal: Goal, total: Total | undefined, ceiling?: number) {
  const { point, limit } = goal.target
    ? meeting(channels, goal, goal.target, total)
    : best(channels, goal.weight, goal.price, total, ceiling)
  return { spends: point.spends, iterations: point.steps, ...certify(channels, goal, point, limit, total) }
}

/** What keeps the spends from moving further along the path. */
type Limit = "total" | "target" | undefined

interface Placed {
  readonly point: Point
  readonly limit: Limit
}

/** Most weight · response − price · spend. */
function best(channels: Channels, weight: number, price: number, total?: Total, ceiling?: number): Placed {
  const free = total?.spend === "exactly" ? undefined : pointAt(channels, price / weight)
  if (free && (!total || sum(free.spends) <= total.amount)) return { point: free, limit: undefined }
  return { point: allocate(channels, total?.amount ?? 0, ceiling), limit: "total" }
}

/** The goal's best among spends that meet the target, which there are. */
function meeting(channels: Channels, goal: Goal, target: Target, total: Total | undefined): Placed {
  const most = best(channels, 1, 0, total)
  if (total?.spend === "exactly") return most
  const { spends } = most.point
  const left = surplus(target, responseTo(channels, spends), sum(spends))
  if (goal.weight > 0) {
    if (left >= 0) return most
    const peak = pointAt(channels, target.price / target.weight)
    return { point: mostMeeting(channels, target, peak), limit: "target" }
  }
  const least = Float64Array.from(channels.min)
  if (surplus(target, responseTo(channels, least), 0) >= 0)
    return { point: { spends: least, marginal: 0, steps: 0 }, limit: undefined }
  // Met by the most response there can be, to within the tolerance
  if (left <= 0 && spends.every(Number.isFinite))
    return { point: { ...most.point, marginal: flattest(channels, spends) }, limit: "target" }
  return { point: leastMeeting(channels, target), limit: "target" }
}

/**
 * The prices at a point, with their bound. On a kink a range of marginals keeps the point, and the lowest of them is what
 * the next unit earns: it is taken where it bounds as well.
 */
function certify(channels: Channels, goal: Goal, point: Point, limit: Limit, total: Total | undefined) {
  const prices = pricesOf(channels, goal, point, limit, total)
  if (point.only) {
    // There may be no finite multiplier, and none is needed
    const value = goalValue(goal, responseTo(channels, point.spends), sum(point.spends))
    return { ...prices, bound: { value, size: 0 } }
  }
  const bound = upperBound(channels, prices.multipliers)
  if (limit === "target" && goal.weight > 0) {
    // Where the response ends before the surplus over the target does, the target binds nothing
    const free = pricesOf(channels, goal, point, undefined, total)
    const freeBound = upperBound(channels, free.multipliers)
    if (freeBound.value < bound.value) return { ...free, bound: freeBound }
  }
  const marginal = limit === undefined ? 0 : steepest(channels, point.spends)
  if (!(marginal > 0 && marginal < point.marginal)) return { ...prices, bound }
  const next = pricesOf(channels, goal, { ...point, marginal }, limit, total)
  const nextBound = upperBound(channels, next.multipliers)
  return nextBound.value <= bound.value + 1e-14 * bound.size ? { ...next, bound: nextBound } : { ...prices, bound }
}

/** The multipliers at a point of the path, where the price of a unit in any channel is weight · marginal. */
function pricesOf(channels: Channels, goal: Goal, point: Point, limit: Limit, total: Total | undefined) {
  const multipliers = (weight: number, price: number, constant: number, marginal = price / weight): Multipliers => {
    const prices = new Float64Array(channels.min.length).fill(price)
    // Nobody writes into them, and memory for numbers takes longer to get than to fill
    const marginals = marginal === price ? prices : new Float64Array(channels.min.length).fill(marginal)
    return { weight, prices, marginals, constant }
  }
  const amount = total?.amount ?? 0
  const { target } = goal
  // Least spend with an exact total: the spend is given, and every unit of it is a unit more
  if (limit === "total" && goal.weight === 0)
    return { multipliers: multipliers(0, 0, -amount), totalShadowPrice: -goal.price }
  if (limit === "total") {
    const price = goal.weight * point.marginal
    return {
      multipliers: multipliers(goal.weight, price, (price - goal.price) * amount, point.marginal),
      totalShadowPrice: price - goal.price,
    }
  }
  if (limit === "target" && target && goal.weight === 0) {
    const weight = goal.price / point.marginal
    return { multipliers: multipliers(weight, goal.price, -weight * target.least, point.marginal), totalShadowPrice: 0 }
  }
  if (limit === "target" && target) {
    // At the peak of the surplus the multiplier is not unique, or has no end: the lowest marginal that holds the point
    // gives the smallest, and a hair's breadth from the peak bounds it
    const edge = (1 - 1e-7) * (target.price / target.weight)
    const marginal = point.marginal < edge ? point.marginal : Math.min(steepest(channels, point.spends), edge)
    const weight = target.price / (target.price - target.weight * marginal)
    return { multipliers: multipliers(weight, weight * marginal, 0, marginal), totalShadowPrice: 0 }
  }
  return { multipliers: multipliers(goal.weight, goal.price, 0), totalShadowPrice: 0 }
}

/** The first channel in which spending more always does the goal good, where no bound and no total ends that. */
export function endlessChannel({ shapes, max }: Channels, goal: Goal, total: Total | undefined): number | undefined {
  if (total || goal.weight === 0) return undefined
  const threshold = goal.target ? goal.target.price / goal.target.weight : goal.price / goal.weight
  const found = shapes.findIndex((shape, i) => {
    if (max[i] !== Infinity) return false
    if (threshold === 0) return shape.endless
    return goal.target ? shape.finalMarginal >= threshold : shape.finalMarginal > threshold
  })
  return found < 0 ? undefined : found
}

const canMeet = (problem: Problem, channels = channelsOf(problem.channels), goal = goalOf(problem.objective)) =>
  meets(channels, goal, problem.total)

/** Whether concave channels can meet bounds, total and target together, to within the tolerance. */
export function meets(channels: Channels, goal: Goal, total: Total | undefined): boolean {
  const { min, max } = channels
  if (min.some((low, i) => low > (max[i] as number))) return false
  if (total && sum(min) > total.amount * (1 + feasibilityTolerance)) return false
  if (total?.spend === "exactly" && sum(max) < total.amount * (1 - feasibilityTolerance)) return false
  const { target } = goal
  if (!target) return true
  const free = best(channels, target.weight, target.price, total).point.spends
  const spends = free.map((spend) => Math.min(spend, largest))
  const spend = sum(spends)
  const response = responseTo(channels, spends)
  // The limit of a curve is never reached, so there a tolerance might ask for a spend without end
  if (!free.every(Number.isFinite)) return surplus(target, response, spend) >= 0
  return surplus(target, response, spend) >= -feasibilityTolerance * surplusScale(target, response, spend)
}
