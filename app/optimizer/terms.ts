import type { Multipliers } from "./certificate.ts"
import type { Shape } from "./curves/shape.ts"
import type { Region } from "./domain.ts"
import type { Domain, Envelope } from "./envelope.ts"
import type { Goal } from "./goal.ts"

/**
 * By channel index, the spend from which on a channel counts as used: where its gap ends, or else its convex part, or its
 * domain. NaN where it has neither, or where the curve may bend twice.
 */
export const thresholdsOf = (curves: readonly Shape[], domains: readonly Domain[]): Float64Array =>
  Float64Array.from(curves, (curve, i) => {
    const { low, used, high } = domains[i] as Domain
    const threshold = used > low ? used : Math.min(high, curve.inflection)
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

/** A region whose channels are counted. */
export interface Counting {
  readonly curves: readonly Shape[]
  readonly region: Region
  readonly thresholds: Float64Array
}

/** Spends of the one channel that may lie on its convex part: from −Infinity, where there need be none. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What one spend in a channel is worth: its term of the Lagrangian, and by how much that changes with `at`. */
export interface Term {
  readonly spend: number
  readonly value: number
  readonly slope: number
}

/** The ways to spend in one channel, each by its best term. */
interface Ways {
  /** Not used; of a channel that its domain leaves no choice, whatever it does. */
  readonly off: Term
  /** Used; undefined where it cannot be, or always is. */
  readonly on: Term | undefined
  /** Alone within its convex part; undefined where it cannot be. */
  readonly between: Term | undefined
  /** Whether it is used there, too, as behind a gap. */
  readonly isBought: boolean
}

/** The terms of the Lagrangian at one point of a ray. */
export interface Terms {
  readonly at: number
  /** Of a unit of response. */
  readonly weight: number
  readonly constant: number
  readonly rate: number
  /** Σ of the terms' parts, as in `Bound`. */
  readonly size: number
  /** By channel index. */
  readonly ways: readonly Ways[]
  /** By channel index: what being used adds to the channel's term; NaN where there is no choice. */
  readonly gains: Float64Array
  /** How many are used whatever is chosen, and those that may be either, from the most gain to the least. */
  readonly used: number
  readonly open: readonly number[]
}

/**
 * The terms at a point of a ray. With a span, no more than one channel lies on its convex part, and the others at its
 * ends; without one, all of them may.
 */
export function termsAt(counting: Counting, ray: Ray, at: number, span?: Span): Terms {
  const { curves, region, thresholds } = counting
  const weight = ray.goal.weight + at * ray.turn
  const open: number[] = []
  const gains = new Float64Array(curves.length).fill(Number.NaN)
  let used = 0
  let size = Math.abs(at * ray.rate)
  const ways = curves.map((curve, i): Ways => {
    const domain = region.domains[i] as Domain
    const threshold = thresholds[i] as number
    const toll = ray.tolls[i] as number
    const pricing: Pricing = { weight, price: ray.goal.price + at * toll, turn: ray.turn, toll }
    if (domain.low >= threshold) used++
    const found = Number.isNaN(threshold)
      ? whole((region.envelopes[i] as Envelope).shape, domain, pricing)
      : waysOf(curve, domain, threshold, pricing, span)
    if (found.on) {
      open.push(i)
      gains[i] = found.on.value - found.off.value
    }
    const { spend, value } = found.on ?? found.off
    size += Math.abs(value) + 2 * Math.abs(pricing.price * spend)
    return found
  })
  open.sort((a, b) => (gains[b] as number) - (gains[a] as number) || a - b)
  return { at, weight, constant: at * ray.rate, rate: ray.rate, size, ways, gains, used, open }
}

interface Pricing {
  readonly weight: number
  readonly price: number
  readonly turn: number
  readonly toll: number
}

function termOf(shape: Shape, spend: number, { weight, price, turn, toll }: Pricing): Term {
  const earned = shape.response(spend)
  return { spend, value: weight * earned - price * spend, slope: turn * earned - toll * spend }
}

/** The greatest term of a concave part, from a spend on. */
function peak(shape: Shape, from: number, high: number, pricing: Pricing): Term {
  const { weight, price } = pricing
  const free = weight > 0 && price >= 0 ? shape.spendAt(price / weight) : price > 0 ? from : high
  return termOf(shape, Math.min(high, Math.max(from, free)), pricing)
}

const greatest = (terms: readonly Term[]): Term => terms.reduce((most, term) => (term.value > most.value ? term : most))

const whole = (shape: Shape, { low, high }: Domain, pricing: Pricing): Ways => ({
  off: peak(shape, low, high, pricing),
  on: undefined,
  between: undefined,
  isBought: false,
})

/** On the convex part a term is greatest at an end, on the concave one at its peak. */
function waysOf(curve: Shape, domain: Domain, threshold: number, pricing: Pricing, span: Span | undefined): Ways {
  const { low, used, high } = domain
  // The convex part
  const [first, bend] = [used, Math.min(high, Math.max(used, curve.inflection))]
  const at = (spend: number) => termOf(curve, spend, pricing)
  const [from, to] = [Math.max(span?.from ?? Infinity, first), Math.min(span?.to ?? -Infinity, bend)]
  // Whether a single spend is an end of that part is known only of the threshold
  const isBent = low === high ? low !== threshold && low < curve.inflection : first < bend
  const between = isBent && from <= to ? greatest([at(from), at(to)]) : undefined
  const above = (): Term => peak(curve, bend, high, pricing)
  if (used > low) return { off: at(low), on: greatest([at(used), above()]), between, isBought: true }
  if (low >= threshold) return { off: greatest([at(low), above()]), on: undefined, between, isBought: false }
  const ends = span ? [at(low)] : [at(low), at(Math.min(threshold, high))]
  return { off: greatest(ends), on: high >= threshold ? above() : undefined, between, isBought: false }
}
