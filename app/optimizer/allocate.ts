import { type Channels, responseTo, spendsAt, sum } from "./channels.ts"
import type { Shape } from "./curves/shape.ts"
import { surplus, type Target } from "./goal.ts"
import { findCrossing, findRange, justBelow } from "./search.ts"

/** Spends at which every channel that is free to move earns `marginal` for its next unit. */
export interface Point {
  readonly spends: Float64Array
  readonly marginal: number
  readonly steps: number
  /** No other spends are feasible. */
  readonly only?: true
}

/** The least spends at which no next unit earns more than `marginal`; infinite where that never comes. */
export function pointAt(channels: Channels, marginal: number): Point {
  const spends = new Float64Array(channels.min.length)
  spendsAt(channels, marginal, spends)
  return { spends, marginal, steps: 1 }
}

/** A rest of the total so small a share that who gets it changes no digit: the response falls by its square. */
const settled = 1e-13

/**
 * The spends of most response that add up to `total`, which must lie within the sums of the bounds. Ties (lines of one
 * slope, flat tails) share in proportion to the room that the total leaves each. `ceiling` is a marginal above which the
 * search need not look, such as that of a smaller total.
 */
export function allocate(channels: Channels, total: number, ceiling = Infinity): Point {
  const { min } = channels
  const max = reachable(channels, total)
  const within = { ...channels, max }
  const least = sum(min)
  const room = sum(max) - least
  const share = room > 0 ? Math.min(1, Math.max(0, (total - least) / room)) : 0
  if (share <= 0) return { spends: Float64Array.from(min), marginal: steepest(channels, min), steps: 0, only: true }
  // At any split of the total, the common marginal lies between the lowest and the highest of the channels'
  let low = Infinity
  let high = 0
  for (let i = 0; i < max.length; i++) {
    const from = min[i] as number
    const width = (max[i] as number) - from
    if (width <= 0) continue
    const shape = channels.shapes[i] as Shape
    low = Math.min(low, share < 1 ? shape.marginal(from + share * width) : shape.marginalBefore(from + width))
    high = Math.max(high, shape.marginalBefore(from + share * width))
  }
  if (share >= 1) return { spends: max, marginal: low, steps: 0 }
  // Where curves are so flat that their marginal is too small for a double, one of 0 still asks for spend without end
  if (high === 0 && sum(pointAt(within, 0).spends) > total) high = Number.MIN_VALUE
  const range = { low: justBelow(low), high: ceiling > low ? Math.min(high, ceiling) : high }
  const point = uncapped(
    channels,
    within,
    cross(within, (spent) => spent - total, range, total, settled),
  )
  clear(within, point, settled * total)
  settle(within, point.spends, total)
  return point
}

/** Puts on its min what lies next to nothing above it and is not worth the marginal even there. */
function clear({ shapes, min }: Channels, { spends, marginal }: Point, nothing: number): void {
  for (let i = 0; i < spends.length; i++) {
    const low = min[i] as number
    const over = (spends[i] as number) - low
    if (over > 0 && over <= nothing && (shapes[i] as Shape).marginal(low) < marginal) spends[i] = low
  }
}

/** The least spends whose surplus over the target is 0; some spends within bounds must have one, and the mins not. */
export function leastMeeting(channels: Channels, target: Target): Point {
  const within = { ...channels, max: enough(channels, target) }
  const value: Measure = (total, spends) =>
    total === Infinity ? Number.MAX_VALUE : surplus(target, responseTo(within, spends), total)
  const range = findRange(along(within, value), steepest(within, within.min))
  return uncapped(channels, within, cross(within, value, range, target.least))
}

/**
 * The most spends whose surplus over a target on the return is 0, on the far side of `peak`, the spends of largest
 * surplus. That surplus must be 0 or more, and past it every channel must end or use it up.
 */
export function mostMeeting(channels: Channels, target: Target, peak: Point): Point {
  const height = surplus(target, responseTo(channels, peak.spends), sum(peak.spends))
  if (height < 0) return peak
  // Lines that earn less than the target use the surplus up: no channel gets past that
  const max = channels.max.map((most, i) => {
    const slope = (channels.shapes[i] as Shape).finalMarginal
    const loss = target.price - target.weight * slope
    return slope > 0 && loss > 0 ? Math.min(most, (peak.spends[i] as number) + height / loss) : most
  })
  const within = { ...channels, max }
  const value: Measure = (total, spends) => {
    const left = surplus(target, responseTo(within, spends), total)
    return Number.isNaN(left) ? Number.MAX_VALUE : Math.min(-left, Number.MAX_VALUE)
  }
  const shortfall = along(within, value)
  // A surplus may be left there
  const least = faintest(channels, peak.spends)
  if (least > 0 && shortfall(least) <= 0) return uncapped(channels, within, pointAt(within, least))
  // Lines that earn just the target are spent on as well: look from just below the peak's marginal
  const below = justBelow(peak.marginal)
  const range = shortfall(below) > 0 ? { low: below, high: peak.marginal } : findRange(shortfall, below)
  const scale = target.weight * responseTo(channels, peak.spends)
  return uncapped(channels, within, cross(within, value, range, scale))
}

/** The marginal below which no spend of the size of these adds a digit to their response. */
export const faintest = (channels: Channels, spends: Float64Array): number =>
  (1e-17 * responseTo(channels, spends)) / sum(spends)

/** The highest marginal that the next unit earns in any channel with room; 0 where there is none. */
export function steepest({ shapes, max }: Channels, spends: Float64Array): number {
  let high = 0
  for (let i = 0; i < max.length; i++) {
    if ((spends[i] as number) >= (max[i] as number)) continue
    high = Math.max(high, (shapes[i] as Shape).marginal(spends[i] as number))
  }
  return high
}

/**
 * A point whose marginal keeps every channel where it is though only `within` its cap: where one channel alone takes all
 * that is left, any lower marginal would also do within the cap, but not without it.
 */
function uncapped(channels: Channels, within: Channels, point: Point): Point {
  let { marginal } = point
  for (let i = 0; i < point.spends.length; i++) {
    const cap = within.max[i] as number
    if (cap < (channels.max[i] as number) && (point.spends[i] as number) >= cap * (1 - 1e-12))
      marginal = Math.max(marginal, (channels.shapes[i] as Shape).marginalBefore(cap))
  }
  return { ...point, marginal }
}

/** The lowest marginal, but 0, that the last unit earned in any channel above its min. */
export function flattest({ shapes, min }: Channels, spends: Float64Array): number {
  let low = Infinity
  for (let i = 0; i < min.length; i++) {
    const marginal = (shapes[i] as Shape).marginalBefore(spends[i] as number)
    if ((spends[i] as number) > (min[i] as number) && marginal > 0) low = Math.min(low, marginal)
  }
  return low
}

/** The maxes, none above what the total leaves beside the other mins. */
function reachable({ min, max }: Channels, total: number): Float64Array {
  const spare = Math.max(0, total - sum(min))
  const reached = new Float64Array(max.length)
  for (let i = 0; i < max.length; i++) {
    const low = min[i] as number
    reached[i] = Math.max(low, Math.min(max[i] as number, low + spare))
  }
  return reached
}

/** The maxes, none above what alone would earn the target's response: only lines can reach that far at no marginal. */
function enough({ shapes, min, max }: Channels, target: Target): Float64Array {
  return max.map((most, i) => {
    const slope = (shapes[i] as Shape).finalMarginal
    return slope > 0 ? Math.min(most, (min[i] as number) + target.least / (target.weight * slope)) : most
  })
}

/** A measure of the spends at a marginal: of their sum, and of each. */
type Measure = (total: number, spends: Float64Array) => number

/** A measure as a function of the marginal. */
function along(channels: Channels, measure: Measure): (marginal: number) => number {
  const spends = new Float64Array(channels.min.length)
  return (marginal) => measure(spendsAt(channels, marginal, spends), spends)
}

/**
 * The spends at which `value`, which never rises with their common marginal, crosses 0; `scale` as in `findCrossing`.
 * They are the mix of both ends whose value, a concave function of spends between them, is 0 or more. Where the ends are
 * close the mix is exact to rounding; where channels jump between them, they jump by the same share.
 */
function cross(
  channels: Channels,
  value: Measure,
  range: { readonly low: number; readonly high: number },
  scale: number,
  tolerance?: number,
): Point {
  // The spends at the last point on either side of 0, which a search's ends are; and one more to write the next into
  let below = { marginal: Number.NaN, spends: new Float64Array(channels.min.length) }
  let above = { marginal: Number.NaN, spends: new Float64Array(channels.min.length) }
  let next = new Float64Array(channels.min.length)
  const { low, high, atLow, atHigh, steps } = findCrossing(
    (marginal) => {
      const spends = next
      const found = value(spendsAt(channels, marginal, spends), spends)
      const end = found > 0 ? below : above
      next = end.spends
      if (found > 0) below = { marginal, spends }
      else above = { marginal, spends }
      return found
    },
    range.low,
    range.high,
    scale,
    tolerance,
  )
  const spendsOf = (marginal: number) =>
    [above, below].find((end) => end.marginal === marginal)?.spends ?? pointAt(channels, marginal).spends
  const spends = spendsOf(high)
  if (low === high) return { spends, marginal: high, steps }
  const far = spendsOf(low)
  const share = -atHigh / (atLow - atHigh)
  for (let i = 0; i < far.length; i++) {
    const from = spends[i] as number
    if (far[i] !== from) spends[i] = Math.min(from + share * ((far[i] as number) - from), far[i] as number)
  }
  return { spends, marginal: high, steps }
}

/** Gives what rounding left over to the channels strictly within their bounds, the largest first. */
function settle({ min, max }: Channels, spends: Float64Array, total: number): void {
  for (let pass = 0; pass < 4; pass++) {
    const rest = total - sum(spends)
    if (rest === 0) return
    let best = -1
    for (let i = 0; i < spends.length; i++) {
      const spend = spends[i] as number
      const room = rest > 0 ? (max[i] as number) - spend : spend - (min[i] as number)
      const inside = spend > (min[i] as number) && spend < (max[i] as number)
      if (room > 0 && inside && (best < 0 || spend > (spends[best] as number))) best = i
    }
    if (best < 0) return
    const moved = (spends[best] as number) + rest
    spends[best] = Math.min(max[best] as number, Math.max(min[best] as number, moved))
  }
}
