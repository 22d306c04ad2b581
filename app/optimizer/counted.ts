import type { Bound, Multipliers } from "./certificate.ts"
import type { Shape } from "./curves/shape.ts"
import type { Region } from "./domain.ts"
import type { Domain, Envelope } from "./envelope.ts"
import type { Goal } from "./goal.ts"

/**
 * By channel index, the spend from which on a channel counts as used: where its convex part ends, or its gap, if that is
 * later, or its domain. NaN where it has neither, or where the curve may bend twice.
 */
export const thresholdsOf = (curves: readonly Shape[], domains: readonly Domain[]): Float64Array =>
  Float64Array.from(curves, (curve, i) => {
    const { low, used, high } = domains[i] as Domain
    const threshold = Math.min(high, Math.max(used, curve.inflection))
    return !curve.corners && threshold > low && threshold < Infinity ? threshold : Number.NaN
  })

/** Multipliers along a line from the goal's own, where `at` is 0. All of them from `least` on bound the goal. */
export interface Ray {
  readonly goal: Goal
  /** What the weight, the prices and the constant change by with `at`. */
  readonly turn: number
  readonly tolls: Float64Array
  readonly rate: number
  /** Where a relaxation lies on it. */
  readonly start: number
  /** A distance on it that is neither small nor large. */
  readonly unit: number
  /** 0, or −Infinity. */
  readonly least: number
}

/** Through the multipliers of a relaxation: what it prices, it prices more and less together. */
export const rayThrough = (goal: Goal, { weight, prices, constant }: Multipliers): Ray => ({
  goal,
  turn: weight - goal.weight,
  tolls: prices.map((price) => price - goal.price),
  rate: constant,
  start: 1,
  unit: 1,
  least: 0,
})

/** Spends of the one channel that may lie on its convex part: from −Infinity, where there need be none. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** How many channels are used. */
export interface Use {
  readonly count: number
  /** Undefined where any number of the others may lie between nothing and their thresholds. */
  readonly between: Span | undefined
}

/** A region whose channels are counted. */
export interface Counting {
  readonly curves: readonly Shape[]
  readonly region: Region
  readonly thresholds: Float64Array
}

/** What one way to spend in a channel is worth: the term of the Lagrangian and the rate at which it changes with `at`. */
interface Term {
  readonly spend: number
  readonly value: number
  readonly slope: number
}

/** The terms of the Lagrangian at one point of a ray. */
interface Terms {
  readonly at: number
  readonly weight: number
  readonly constant: number
  readonly rate: number
  readonly size: number
  /** By channel index: without being used, where that can be. */
  readonly off: readonly Term[]
  /** By channel index: used; undefined where it cannot be, or always is. */
  readonly on: readonly (Term | undefined)[]
  /** By channel index: alone between the two; undefined where it cannot be. */
  readonly between: readonly (Term | undefined)[]
  /** How many are used whatever is chosen, and those that may be either, from the most gain to the least. */
  readonly used: number
  readonly open: readonly number[]
}

/** The Lagrangian's largest value at one point of a ray, over spends of which so many channels are used. */
export interface Counted {
  readonly at: number
  /** Of a unit of response. */
  readonly weight: number
  readonly bound: Bound
  /** By how much `bound.value` changes with `at`; it is convex in it. */
  readonly slope: number
  readonly spends: Float64Array
  /** Of the channels that may be used or not, those that are. */
  readonly chosen: readonly number[]
  /** Those that would be, and would not be, if none lay between: each from the most gain to the least. */
  readonly first: readonly number[]
  readonly left: readonly number[]
  /** By channel index: what being used adds to `bound.value`; NaN where there is no choice. */
  readonly gains: Float64Array
  /** The channel that lies between, where one does. */
  readonly lone: number | undefined
  /** A bound that holds whichever channels are chosen instead. */
  readonly ceiling: number
}

export function termsAt({ curves, region, thresholds }: Counting, ray: Ray, at: number, between?: Span): Terms {
  const { goal, turn, tolls, rate } = ray
  const weight = goal.weight + at * turn
  const open: number[] = []
  const result = { off: [] as Term[], on: [] as (Term | undefined)[], between: [] as (Term | undefined)[] }
  let used = 0
  let size = Math.abs(at * rate)
  for (let i = 0; i < curves.length; i++) {
    const domain = region.domains[i] as Domain
    const threshold = thresholds[i] as number
    const toll = tolls[i] as number
    const price = goal.price + at * toll
    const envelope = (region.envelopes[i] as Envelope).shape
    const curve = curves[i] as Shape
    const term = (spend: number, shape = curve): Term => {
      const earned = shape.response(spend)
      return { spend, value: weight * earned - price * spend, slope: turn * earned - toll * spend }
    }
    const peak = (from: number, shape: Shape) => {
      const free = weight > 0 && price >= 0 ? shape.spendAt(price / weight) : price > 0 ? from : domain.high
      return Math.min(domain.high, Math.max(from, free))
    }
    if (domain.low < threshold) {
      // On the convex part the term is greatest at an end
      const end = Math.min(threshold, domain.high)
      const isOpen = domain.high >= threshold
      const isBought = domain.used > domain.low && (domain.used < end || (!isOpen && domain.used === end))
      const ends = (isBought ? [domain.low, domain.used] : [domain.low]).map((spend) => term(spend))
      result.off.push(greatest(between ? ends : [...ends, term(end)]))
      const on = isOpen ? term(peak(threshold, curve)) : undefined
      result.on.push(on)
      if (isOpen) open.push(i)
      const first = Math.max(between?.from ?? Infinity, domain.used)
      const last = Math.min(between?.to ?? -Infinity, end)
      result.between.push(first <= last ? greatest([term(first), term(last)]) : undefined)
      size += Math.abs(price * (on?.spend ?? end)) + weight * curve.response(on?.spend ?? end)
    } else {
      const spend = peak(domain.low, envelope)
      result.off.push(term(spend, envelope))
      result.on.push(undefined)
      result.between.push(undefined)
      if (domain.low >= threshold) used++
      size += Math.abs(price * spend) + weight * envelope.response(spend)
    }
  }
  const gain = (i: number) => gainOf(result, i)
  open.sort((a, b) => gain(b) - gain(a) || a - b)
  return { at, weight, constant: at * rate, rate, size, ...result, used, open }
}

const greatest = (terms: readonly Term[]): Term => terms.reduce((most, term) => (term.value > most.value ? term : most))

const gainOf = ({ on, off }: Pick<Terms, "on" | "off">, i: number): number =>
  (on[i]?.value ?? Number.NaN) - (off[i] as Term).value

/** Undefined where the domains do not leave so many channels used, or none between where one must be. */
export function chosenOf(terms: Terms, { count, between }: Use): Counted | undefined {
  const { used, open, off } = terms
  const many = count - used
  if (!(many >= 0 && many <= open.length)) return undefined
  const [first, left] = [open.slice(0, many), open.slice(many)]
  const next = left[0]
  const isAmong = new Set(first)
  // The channel between takes its place from one that is used, where that is best, and the next is used instead
  let lone: number | undefined
  let most = between && between.from > -Infinity ? -Infinity : 0
  let ceiling = Math.max(0, most)
  for (let i = 0; i < off.length; i++) {
    const alone = terms.between[i]
    if (!alone) continue
    const gain = alone.value - (off[i] as Term).value
    ceiling = Math.max(ceiling, gain)
    const lost = !isAmong.has(i) ? 0 : next === undefined ? Infinity : gainOf(terms, i) - gainOf(terms, next)
    if (gain - lost > most) [lone, most] = [i, gain - lost]
  }
  if (most === -Infinity) return undefined
  const isSwapped = lone !== undefined && isAmong.has(lone)
  const chosen = isSwapped ? [...first.filter((i) => i !== lone), next as number] : first
  const isChosen = new Set(chosen)
  const spends = new Float64Array(off.length)
  let { constant: value, rate: slope } = terms
  off.forEach((term, i) => {
    const taken = (i === lone ? terms.between[i] : isChosen.has(i) ? terms.on[i] : undefined) ?? term
    spends[i] = taken.spend
    value += taken.value
    slope += taken.slope
  })
  const gains = Float64Array.from(off.keys(), (i) => gainOf(terms, i))
  return {
    at: terms.at,
    weight: terms.weight,
    bound: { value, size: terms.size },
    slope,
    spends,
    chosen,
    first,
    left,
    gains,
    lone,
    ceiling: value + ceiling - most,
  }
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
export function lowestOf(counting: Counting, ray: Ray, use: Use, enough: number): Lowest | undefined {
  let best: Counted | undefined
  let below: Counted | undefined
  let above: Counted | undefined
  let at = ray.start
  let stride = 0.01 * ray.unit
  for (let step = 0; step < mostSteps; step++) {
    const found = chosenOf(termsAt(counting, ray, at, use.between), use)
    if (!found) return undefined
    if (!Number.isFinite(found.bound.value) || !Number.isFinite(found.slope)) {
      best ??= { ...found, bound: { ...found.bound, value: Infinity } }
      break
    }
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
      if (above && at === ray.least) break
      at = below ? at + stride : Math.max(ray.least, at - stride)
      stride *= 4
    }
  }
  return best && { best, ends: [below, above].filter((end) => end !== undefined) }
}
