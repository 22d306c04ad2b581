import { lines } from "./curves/piecewise.ts"
import type { Shape } from "./curves/shape.ts"

/** Where one channel may be: at `low`, or from `used` to `high`. There is a gap between where low < used. */
export interface Domain {
  readonly low: number
  readonly used: number
  readonly high: number
}

/** The least concave function that lies nowhere below a curve on a domain. */
export interface Envelope {
  /** The function, as a concave shape on [low, high]. */
  readonly shape: Shape
  /** Ends of its straight pieces: it may lie above the curve between two of them, and is the curve after the last. */
  readonly knots: readonly number[]
}

const none: readonly number[] = []

/**
 * The concave envelope of a curve on a domain. Of an S-shaped curve, or above a gap, it is the line from the curve at
 * `low` to where that line touches the curve, then the curve (Udell, Boyd, "Maximizing a sum of sigmoids", 2014,
 * section 4). Of straight pieces it is the upper hull of their corners. `high` must be finite for convex curves.
 */
export function envelopeOf(curve: Shape, { low, used, high }: Domain): Envelope {
  if (low === high) return { shape: curve, knots: none }
  if (curve.corners) return hullOf(curve, curve.corners, { low, used, high })
  if (used === low && low >= curve.inflection) return { shape: curve, knots: none }
  const touch = touchOf(curve, low, Math.min(high, Math.max(used, curve.inflection)), high)
  const start = curve.response(low)
  const slope = (curve.response(touch) - start) / (touch - low)
  const rest = touch >= high ? undefined : curve
  return {
    knots: [low, touch],
    shape: {
      response: (spend) => (spend > touch ? curve.response(spend) : start + slope * (spend - low)),
      marginal: (spend) => (spend < touch ? slope : (rest?.marginal(spend) ?? 0)),
      marginalBefore: (spend) => (spend <= touch ? slope : (rest?.marginalBefore(spend) ?? 0)),
      spendAt: (marginal) => (marginal >= slope ? low : Math.max(touch, rest?.spendAt(marginal) ?? touch)),
      inflection: 0,
      finalMarginal: high === Infinity ? curve.finalMarginal : 0,
      endless: high === Infinity && curve.endless,
    },
  }
}

/** A line may fall this share of the response short of touching: rounding, which would send the search to infinity. */
const rounding = 4e-16

/**
 * Where the line of most slope from the curve at `low` touches it, of the spends from `first` to `high`, on which the
 * curve is concave: the last unit there earns what a unit earns on average. A hair past it rather than before, so that
 * no slope rises.
 */
function touchOf(curve: Shape, low: number, first: number, high: number): number {
  const start = curve.response(low)
  /** By how much more the units from low on would earn, did all earn what the last one does. */
  const excess = (spend: number) => {
    const rise = curve.response(spend) - start
    return curve.marginalBefore(spend) * (spend - low) - rise * (1 + rounding)
  }
  if (first >= high) return high
  const rise = curve.response(first) - start
  // A line that starts on the curve at a kink may end there: what counts is what the next unit earns
  if (first > low && curve.marginal(first) * (first - low) <= rise * (1 + rounding)) return first
  let before = first
  let after = high
  if (high === Infinity) {
    after = 2 * Math.max(first, low, Number.MIN_VALUE)
    while (excess(after) > 0 && after < Number.MAX_VALUE / 2) [before, after] = [after, after * 2]
  } else if (excess(high) >= 0) return high
  let atBefore = excess(before)
  let atAfter = excess(after)
  for (let step = 0; after - before > 1e-15 * after; step++) {
    // Regula falsi, and every third step a bisection
    let middle = step % 3 === 2 ? (before + after) / 2 : before + ((after - before) * atBefore) / (atBefore - atAfter)
    if (!(middle > before && middle < after)) middle = (before + after) / 2
    if (!(middle > before && middle < after)) break
    const at = excess(middle)
    if (at > 0) [before, atBefore] = [middle, at]
    else [after, atAfter] = [middle, at]
  }
  return after
}

interface Corner {
  readonly spend: number
  readonly response: number
}

/** The upper hull of the corners of straight pieces, by Andrew's monotone chain. */
function hullOf(curve: Shape, corners: readonly Corner[], { low, used, high }: Domain): Envelope {
  const at = (spend: number): Corner => ({ spend, response: curve.response(spend) })
  const last = Math.max(used, corners.at(-1)?.spend ?? 0)
  const points = [at(low)]
  if (used > low) points.push(at(used))
  for (const corner of corners) if (corner.spend > used && corner.spend < high) points.push(corner)
  const end = Math.min(high, last)
  if (end > (points.at(-1) as Corner).spend) points.push(at(end))
  const hull: Corner[] = []
  for (const point of points) {
    while (hull.length > 1 && rising(hull.at(-2) as Corner, hull.at(-1) as Corner, point)) hull.pop()
    hull.push(point)
  }
  const [first, ...others] = hull
  return { shape: lines(first as Corner, others), knots: hull.map(({ spend }) => spend) }
}

/** Whether b lies on or below the line from a to c. */
const rising = (a: Corner, b: Corner, c: Corner) =>
  (b.response - a.response) * (c.spend - b.spend) <= (c.response - b.response) * (b.spend - a.spend)

/** The nearest spends below and above at which an envelope is the curve; both are `spend` where it is there. */
export function contacts({ knots }: Envelope, spend: number): readonly [number, number] {
  const next = knots.findIndex((knot) => knot >= spend)
  if (next <= 0 || knots[next] === spend) return [spend, spend]
  return [knots[next - 1] as number, knots[next] as number]
}

/** The widest part of a domain around one of its spends on which the curve is concave. */
export function concavePart(curve: Shape, { low, used, high }: Domain, spend: number): readonly [number, number] {
  if (spend < used) return [low, low]
  if (!curve.corners) {
    const first = Math.max(used, curve.inflection)
    return spend >= first ? [first, Math.max(first, high)] : [spend, spend]
  }
  let [from, to] = [used, high]
  const { corners } = curve
  corners.forEach((corner, i) => {
    const before = corners[i - 1]
    const after = corners[i + 1]
    if (!before || !after || !rising(before, corner, after)) return
    if (corner.spend <= spend) from = Math.max(from, corner.spend)
    else to = Math.min(to, corner.spend)
  })
  return [from, to]
}
