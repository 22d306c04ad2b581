import type { Relaxed } from "./branching.ts"
import type { Channels } from "./channels.ts"
import { type Counted, type Lowest, lowestOf, type Use } from "./counted.ts"
import type { Shape } from "./curves/shape.ts"
import { above, below, type Region } from "./domain.ts"
import type { Domain } from "./envelope.ts"
import type { Incumbent } from "./incumbent.ts"
import { concaveParts } from "./rounding.ts"
import { justBelow } from "./search.ts"
import { type Changes, type Splitting, withTwins } from "./split.ts"
import { type Counting, type Ray, rayThrough, type Span, termsAt } from "./terms.ts"

/** A part of a region, and how many channels are used in it, where that is known. */
export interface Part {
  readonly changes: ReadonlyMap<number, Domain>
  readonly use: Use | undefined
}

/** What counting the channels that are used says of a region. */
export interface Tally {
  /** Nothing in the parts is better. */
  readonly bound: number
  /** Nothing in what is left out of them is better. */
  readonly closed: number
  /** Parts of the domains on which all curves are concave, with the channels used that the bound chose. */
  readonly tries: readonly Channels[]
  /** How to split the region; undefined where counting does not tell. */
  readonly parts: readonly Part[] | undefined
}

/** Nodes after which a search counts: far more than where it helps nothing, and few where nothing else does. */
export const patience = 32

/** More counts than these, and none of them stands out. */
const mostCounts = 8

/** A share of a bound's terms that is rounding. */
const rounding = 1e-12

interface Live extends Lowest {
  readonly use: Use
}

/**
 * The bound of a region by how many of its channels are used. Of near twins a relaxation uses a fraction of one, and
 * whichever channel is split off, another takes its place; how many are used is a whole number, and once it is given,
 * swapping near twins changes next to nothing. So each count has a bound by two multipliers, one of them for the count:
 * the gain of the last channel that is still used.
 */
export function tally(
  branching: Splitting,
  thresholds: Float64Array,
  region: Region,
  relaxed: Relaxed,
  { enough, value }: Pick<Incumbent<Relaxed>, "enough" | "value">,
  given: Use | undefined,
): Tally | undefined {
  const { channels, goal } = branching
  const counting: Counting = { curves: channels.shapes, region, thresholds }
  const ray = branching.rayOf?.(relaxed.multipliers) ?? rayThrough(goal, relaxed.multipliers)
  const between = branching.mayShift ? anywhere : undefined
  const { live, closed } = given ? ofUse(counting, ray, given, enough) : ofCounts(counting, ray, between, enough)
  if (live.length > mostCounts) return undefined
  const bound = live.reduce((most, { best }) => Math.max(most, best.bound.value), -Infinity)
  const tries = live.flatMap((found) =>
    [...found.ends, found.best].map((end) => concaveParts(channels, branching.domains, mixed(region, found, end))),
  )
  const parts = live.map((found) => ({ changes: decided(counting, found, value), use: found.use }))
  const [only] = live
  const [part] = parts
  if (!given || !only || !part) return { bound, closed, tries, parts }
  return { bound, closed, tries, parts: split(branching, counting, only, part, enough) }
}

const anywhere: Span = { from: -Infinity, to: Infinity }

interface Counts {
  readonly live: readonly Live[]
  /** Nothing with another count is better. */
  readonly closed: number
}

function ofUse(counting: Counting, ray: Ray, use: Use, enough: number): Counts {
  const found = lowestOf(counting, ray, use, enough)
  if (!found) return { live: [], closed: -Infinity }
  const { value } = found.best.bound
  return value > enough ? { live: [{ ...found, use }], closed: -Infinity } : { live: [], closed: value }
}

/**
 * The counts in which something may be good enough, or more than are worth while. Multipliers at which the next channel
 * would gain something bound all lower counts, too, and those at which it would not, all higher ones.
 */
function ofCounts(counting: Counting, ray: Ray, between: Span | undefined, enough: number): Counts {
  const live: Live[] = []
  let closed = -Infinity
  const { used, open, gains } = termsAt(counting, ray, ray.start)
  const first = used + open.filter((i) => (gains[i] as number) > 0).length
  /** Whether there may be others that way. */
  const look = (count: number, way: number): boolean => {
    const use = { count, between }
    const found = lowestOf(counting, ray, use, enough)
    if (!found) return true
    if (found.best.bound.value > enough) {
      live.push({ ...found, use })
      return live.length <= mostCounts
    }
    closed = Math.max(closed, found.best.bound.value)
    const next = found.best.left[0]
    if (next === undefined) return way < 0
    const gain = found.best.gains[next] as number
    return way < 0 ? !(gain >= 0) : !(gain <= 0)
  }
  for (let count = first; count >= used; count--) if (!look(count, -1)) break
  for (let count = first + 1; count <= used + open.length; count++) if (!look(count, 1)) break
  return { live, closed }
}

/** How much of the lower end makes up the spends that meet what the multipliers price. */
function shareOf([below, above]: readonly Counted[]): number {
  return below && above ? above.slope / (above.slope - below.slope) : 1
}

/** The spends at an end, but of the channel between: what meets the rest, as far as its domain reaches. */
function mixed({ domains }: Region, { ends }: Lowest, end: Counted): Float64Array {
  const [below, above] = ends
  const spends = Float64Array.from(end.spends)
  const { lone } = end
  if (!below || !above || lone === undefined) return spends
  const share = shareOf(ends)
  const [from, to] = [loneSpend(below, lone), loneSpend(above, lone)]
  const { low, high } = domains[lone] as Domain
  spends[lone] = Math.min(high, Math.max(low, share * from + (1 - share) * to))
  return spends
}

const loneSpend = ({ lone, spends }: Counted, other: number) => spends[lone ?? other] as number

/** The channels that are used, or not, in whatever is better than `value`: to choose otherwise costs more than the slack. */
function decided({ region, thresholds }: Counting, { best }: Live, value: number): Changes {
  const { bound, ceiling, gains, first, left } = best
  const slack = ceiling - value + rounding * bound.size
  const changes: Changes = new Map()
  const last = gains[first.at(-1) ?? -1] ?? Infinity
  const next = gains[left[0] ?? -1] ?? -Infinity
  const keep = (i: number, part: Domain | undefined) => part && changes.set(i, part)
  for (const i of first)
    if ((gains[i] as number) - next >= slack) keep(i, above(region.domains[i] as Domain, thresholds[i] as number))
  for (const i of left)
    if (last - (gains[i] as number) >= slack) keep(i, unused(region.domains[i] as Domain, thresholds[i] as number))
  return changes
}

/** Up to the last double below a threshold. */
const unused = (domain: Domain, threshold: number) => below(domain, justBelow(threshold))

/** A span is split where the line over it lies above the curve by this share of what there is to close. */
const telling = 0.001

/** No part of a span is less than this share of it. */
const narrowest = 0.05

function split(
  branching: Splitting,
  { curves, region, thresholds }: Counting,
  { best, ends, use }: Live,
  part: Part,
  enough: number,
): readonly Part[] | undefined {
  const [lower, upper] = ends
  if (!lower || !upper) return undefined
  const lone = lower.lone ?? upper.lone
  const span = use.between
  if (lone !== undefined && span) {
    const { at, error } = bent(curves[lone] as Shape, lower, upper, lone)
    if (best.weight * error > telling * (best.bound.value - enough))
      return [
        { ...part, use: { ...use, between: { ...span, to: at } } },
        { ...part, use: { ...use, between: { ...span, from: at } } },
      ]
  }
  const others = new Set(upper.chosen)
  const chosen = lower.chosen.find((i) => !others.has(i) && !part.changes.has(i))
  if (chosen === undefined) return undefined
  const domain = region.domains[chosen] as Domain
  const threshold = thresholds[chosen] as number
  return [unused(domain, threshold), above(domain, threshold)].flatMap((half) => {
    const changes = withTwins(branching, region, new Map(part.changes), chosen, half)
    return changes ? [{ ...part, changes }] : []
  })
}

/** Where the channel between lies, and how far the line over its ends lies above the curve there. */
function bent(curve: Shape, lower: Counted, upper: Counted, lone: number) {
  const [from, to] = [loneSpend(lower, lone), loneSpend(upper, lone)]
  const share = shareOf([lower, upper])
  const spend = share * from + (1 - share) * to
  const line = share * curve.response(from) + (1 - share) * curve.response(to)
  const [low, high] = [Math.min(from, to), Math.max(from, to)]
  const margin = narrowest * (high - low)
  return {
    at: Math.min(high - margin, Math.max(low + margin, spend)),
    error: line - curve.response(spend),
  }
}
