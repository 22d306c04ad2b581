import type { Bound, Multipliers } from "./certificate.ts"
import type { Shape } from "./curves/shape.ts"
import type { Region } from "./domain.ts"
import type { Domain, Envelope } from "./envelope.ts"
import type { Goal } from "./goal.ts"

/**
 * By channel index, the spend from which on a channel counts as used: where its convex part ends, or its gap, if that is
 * later. NaN where there is no such spend within its domain, or where the curve may bend twice.
 */
export const thresholdsOf = (curves: readonly Shape[], domains: readonly Domain[]): Float64Array =>
  Float64Array.from(curves, (curve, i) => {
    const { low, used, high } = domains[i] as Domain
    const threshold = Math.max(used, curve.inflection)
    return !curve.corners && threshold > low && threshold < high ? threshold : Number.NaN
  })

/** Multipliers along a ray: the goal's own at 0, those of a relaxation at 1. All of them bound the goal. */
export interface Ray {
  readonly goal: Goal
  readonly through: Multipliers
}

/** A region whose channels are counted. */
export interface Counting {
  readonly curves: readonly Shape[]
  readonly region: Region
  readonly thresholds: Float64Array
}

/** The terms of the Lagrangian at one point of a ray. */
interface Terms {
  readonly at: number
  /** Of all channels, where those that may be either are not used. */
  readonly bound: Bound
  /** By how much `bound.value` changes with `at`; it is convex in it. */
  readonly slope: number
  /** By channel index, of those that may be either: what being used adds to `bound.value` and to `slope`; else NaN. */
  readonly gains: Float64Array
  readonly turns: Float64Array
  /** How many are used whatever is chosen, and those that may be either, from the most gain to the least. */
  readonly used: number
  readonly open: readonly number[]
}

/** The Lagrangian's largest value at one point of a ray, over spends of which so many channels are used. */
export interface Counted {
  readonly at: number
  readonly bound: Bound
  /** By how much `bound.value` changes with `at`; it is convex in it. */
  readonly slope: number
  readonly gains: Float64Array
  /** Of the channels that may be either, those that are used and those that are not. */
  readonly chosen: readonly number[]
  readonly left: readonly number[]
}

export function termsAt({ curves, region, thresholds }: Counting, { goal, through }: Ray, at: number): Terms {
  const size = curves.length
  const turn = through.weight - goal.weight
  const weight = goal.weight + at * turn
  const gains = new Float64Array(size).fill(Number.NaN)
  const turns = new Float64Array(size).fill(Number.NaN)
  const open: number[] = []
  let used = 0
  let value = at * through.constant
  let terms = Math.abs(value)
  let slope = through.constant
  for (let i = 0; i < size; i++) {
    const { low, high } = region.domains[i] as Domain
    const threshold = thresholds[i] as number
    const toll = (through.prices[i] as number) - goal.price
    const price = goal.price + at * toll
    const isOpen = low < threshold && high > threshold
    if (low >= threshold) used++
    const shape = isOpen ? (curves[i] as Shape) : (region.envelopes[i] as Envelope).shape
    const free = weight > 0 && price >= 0 ? shape.spendAt(price / weight) : price > 0 ? low : high
    const peak = Math.min(high, Math.max(isOpen ? threshold : low, free))
    const [earned, cost] = [shape.response(peak), peak]
    let [term, change] = [weight * earned - price * cost, turn * earned - toll * cost]
    terms += weight * earned + Math.abs(price * cost)
    if (isOpen) {
      // On the convex part the term is greatest at the ends, on the concave one at its peak
      const [atLow, atThreshold] = [shape.response(low), shape.response(threshold)]
      const isLow = weight * (atThreshold - atLow) <= price * (threshold - low)
      const [least, spend] = isLow ? [atLow, low] : [atThreshold, threshold]
      const [termOff, changeOff] = [weight * least - price * spend, turn * least - toll * spend]
      gains[i] = term - termOff
      turns[i] = change - changeOff
      ;[term, change] = [termOff, changeOff]
      open.push(i)
    }
    value += term
    slope += change
  }
  open.sort((a, b) => (gains[b] as number) - (gains[a] as number) || a - b)
  return { at, bound: { value, size: terms }, slope, gains, turns, used, open }
}

/** Undefined where the domains do not leave `count` channels used. */
export function chosenOf(terms: Terms, count: number): Counted | undefined {
  const { at, bound, gains, turns, used, open } = terms
  if (!(count >= used && count <= used + open.length)) return undefined
  const chosen = open.slice(0, count - used)
  let { slope } = terms
  let { value } = bound
  for (const i of chosen) {
    value += gains[i] as number
    slope += turns[i] as number
  }
  return { at, bound: { value, size: bound.size }, slope, gains, chosen, left: open.slice(count - used) }
}

/** The lowest bound along a ray that was found, with the two ends between which the lowest is, where both were found. */
export interface Lowest {
  readonly best: Counted
  readonly ends: readonly Counted[]
}

/** A bound this share of its slack above its least is as good. */
const near = 0.01
const mostSteps = 40

/**
 * The least bound along a ray, from where its multipliers are those of the relaxation: a convex function, whose next point
 * is where the tangents at the two ends cross (Kelley, "The cutting-plane method for solving convex programs", 1960). Any
 * point bounds, so it ends where no more than a hundredth of what the bound exceeds `enough` by is left to gain.
 */
export function lowestOf(counting: Counting, ray: Ray, count: number, enough: number): Lowest | undefined {
  let best: Counted | undefined
  let below: Counted | undefined
  let above: Counted | undefined
  let at = 1
  let stride = 0.01
  for (let step = 0; step < mostSteps; step++) {
    const found = chosenOf(termsAt(counting, ray, at), count)
    if (!found || !Number.isFinite(found.bound.value) || !Number.isFinite(found.slope)) break
    if (!best || found.bound.value < best.bound.value) best = found
    if (!(best.bound.value > enough) || found.slope === 0) break
    if (found.slope < 0) below = found
    else above = found
    if (below && above) {
      const turn = above.slope - below.slope
      const next = (below.bound.value - above.bound.value + above.slope * above.at - below.slope * below.at) / turn
      const least = below.bound.value + below.slope * (next - below.at)
      if (best.bound.value - least <= near * (best.bound.value - enough)) break
      if (!(next > below.at && next < above.at)) break
      at = next
    } else {
      at = below ? at * (1 + stride) : at / (1 + stride)
      stride *= 4
    }
  }
  return best && { best, ends: [below, above].filter((end) => end !== undefined) }
}
