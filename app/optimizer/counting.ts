import type { Branching, Relaxed } from "./branching.ts"
import type { Channels } from "./channels.ts"
import { type Counted, type Counting, type Lowest, lowestOf, type Ray, termsAt } from "./counted.ts"
import { above, below, type Region } from "./domain.ts"
import type { Domain } from "./envelope.ts"
import { concaveParts } from "./rounding.ts"
import { type Changes, withTwins } from "./split.ts"

/** A part of a region, and how many channels are used in it, where that is known. */
export interface Part {
  readonly changes: ReadonlyMap<number, Domain>
  readonly count: number | undefined
}

/** What counting the channels that are used says of a region. */
export interface Tally {
  /** Nothing in the region is better. */
  readonly bound: number
  /** Parts of the domains on which all curves are concave, with the channels used that the bound chose. */
  readonly tries: readonly Channels[]
  /** How to split the region; undefined where counting does not tell. */
  readonly parts: readonly Part[] | undefined
}

/** More counts than these, and none of them stands out. */
const mostCounts = 8

/** A share of a bound's terms that is rounding. */
const rounding = 1e-12

interface Live extends Lowest {
  readonly count: number
}

/**
 * The bound of a region by how many of its channels are used. Of near twins a relaxation uses a fraction of one, and
 * whichever channel is split off, another takes its place; how many are used is a whole number, and once it is given,
 * swapping near twins changes next to nothing. So each count has a bound by two multipliers, one of them for the count:
 * the gain of the last channel that is still used.
 */
export function tally(
  branching: Branching,
  thresholds: Float64Array,
  region: Region,
  relaxed: Relaxed,
  enough: number,
  given: number | undefined,
): Tally | undefined {
  const { channels, goal } = branching
  const counting: Counting = { curves: channels.shapes, region, thresholds }
  const live = liveCounts(counting, { goal, through: relaxed.multipliers }, enough, given)
  if (!live) return undefined
  const bound = live.reduce((most, { best }) => Math.max(most, best.bound.value), enough)
  const tries = live.flatMap(({ ends }) =>
    ends.map((end) => concaveParts(channels, branching.domains, spendsOf(counting, end))),
  )
  if (given === undefined || live.length === 0) {
    const parts = live.map((found) => ({ changes: decided(counting, found, enough), count: found.count }))
    return { bound, tries, parts }
  }
  const [found] = live as [Live]
  const chosen = swapped(found)
  if (chosen === undefined) return { bound, tries, parts: undefined }
  const changes = decided(counting, found, enough)
  const domain = region.domains[chosen] as Domain
  const threshold = thresholds[chosen] as number
  const parts = [below(domain, threshold), above(domain, threshold)].flatMap((part) => {
    const made = withTwins(branching, region, changes, chosen, part)
    return made ? [{ changes: made, count: given }] : []
  })
  return { bound, tries, parts }
}

/**
 * The counts in which something may be good enough; undefined where they are too many to tell. Multipliers at which the
 * last channel used gains something bound all lower counts, too, and those at which the next would not, all higher ones.
 */
function liveCounts(counting: Counting, ray: Ray, enough: number, given: number | undefined): Live[] | undefined {
  const live: Live[] = []
  /** Whether there may be others that way. */
  const look = (count: number, way: number): boolean => {
    const found = lowestOf(counting, ray, count, enough)
    if (!found) return false
    const { bound, gains, chosen, left } = found.best
    if (bound.value > enough) {
      live.push({ ...found, count })
      return live.length <= mostCounts
    }
    return way < 0 ? (gains[chosen.at(-1) ?? -1] ?? 0) < 0 : (gains[left[0] ?? -1] ?? 0) > 0
  }
  if (given !== undefined) {
    look(given, 0)
    return live
  }
  const { used, open, gains } = termsAt(counting, ray, 1)
  const first = used + open.filter((i) => (gains[i] as number) > 0).length
  for (let count = first; count >= used; count--) if (!look(count, -1)) break
  for (let count = first + 1; count <= used + open.length; count++) if (!look(count, 1)) break
  return live.length > mostCounts ? undefined : live
}

/** Spends with which every channel lies where it is used or not, as chosen. */
function spendsOf({ region, thresholds }: Counting, { chosen }: Counted): Float64Array {
  const spends = Float64Array.from(region.domains, ({ low, high }, i) =>
    low >= (thresholds[i] as number) ? high : low,
  )
  for (const i of chosen) spends[i] = (region.domains[i] as Domain).high
  return spends
}

/** The channels that are used, or not, in whatever is good enough: to choose otherwise costs more than the slack. */
function decided({ region, thresholds }: Counting, { best }: Live, enough: number): Changes {
  const { bound, gains, chosen, left } = best
  const slack = bound.value - enough + rounding * bound.size
  const changes: Changes = new Map()
  const gainOf = (i: number | undefined, none: number) => (i === undefined ? none : (gains[i] as number))
  const last = gainOf(chosen.at(-1), Infinity)
  const next = gainOf(left[0], -Infinity)
  const keep = (i: number, part: Domain | undefined) => part && changes.set(i, part)
  for (const i of chosen)
    if ((gains[i] as number) - next >= slack) keep(i, above(region.domains[i] as Domain, thresholds[i] as number))
  for (const i of left)
    if (last - (gains[i] as number) >= slack) keep(i, below(region.domains[i] as Domain, thresholds[i] as number))
  return changes
}

/** A channel that is used at one end of the multipliers only. */
function swapped({ ends }: Live): number | undefined {
  const [below, above] = ends
  if (!below || !above) return undefined
  const others = new Set(above.chosen)
  return below.chosen.find((i) => !others.has(i))
}
