import type { Bound } from "./certificate.ts"
import { type Counting, type Ray, type Span, type Term, type Terms, termsAt } from "./terms.ts"

/** How many channels are used. */
export interface Use {
  readonly count: number
  /** Undefined where any number of the others may lie between nothing and their thresholds. */
  readonly between: Span | undefined
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
  /** By channel index, as in `Terms`. */
  readonly gains: Float64Array
  /** The channel that lies between, where one does. */
  readonly lone: number | undefined
  /** A bound that holds whichever channel lies between, or none. */
  readonly ceiling: number
}

/** Undefined where the domains do not leave so many channels used, or none between where one must be. */
export function chosenOf(terms: Terms, { count, between }: Use): Counted | undefined {
  const { at, weight, used, open, ways, gains, size } = terms
  const many = count - used
  if (!(many >= 0 && many <= open.length)) return undefined
  const [first, left] = [open.slice(0, many), open.slice(many)]
  const alone = loneOf(terms, first, left[0], (between?.from ?? -Infinity) > -Infinity)
  if (!alone) return undefined
  const { lone, added, ceiling, replaced, replacing } = alone
  const chosen = [...first.filter((i) => i !== replaced), ...(replacing === undefined ? [] : [replacing])]
  const isChosen = new Set(chosen)
  const spends = new Float64Array(ways.length)
  let { constant: value, rate: slope } = terms
  ways.forEach((way, i) => {
    const taken: Term = (i === lone ? way.between : isChosen.has(i) ? way.on : undefined) ?? way.off
    spends[i] = taken.spend
    value += taken.value
    slope += taken.slope
  })
  const bound = { value, size }
  return { at, weight, bound, slope, spends, chosen, first, left, gains, lone, ceiling: value + ceiling - added }
}

/**
 * The channel between, and what it adds. Of those that would be used its place is then the next one's, unless it counts as
 * used there; then it takes the place of the last, where it would not be. `ceiling` is what any of them adds where no other
 * loses its place. Undefined where there must be one and cannot.
 */
function loneOf({ ways, gains }: Terms, first: readonly number[], next: number | undefined, isNeeded: boolean) {
  const isFirst = new Set(first)
  const last = first.at(-1)
  let best: { lone?: number; replaced?: number | undefined; replacing?: number | undefined } = {}
  let added = isNeeded ? -Infinity : 0
  let ceiling = 0
  ways.forEach(({ off, on, between, isBought }, i) => {
    if (!between) return
    const gain = between.value - (isBought ? (on ?? off) : off).value
    ceiling = Math.max(ceiling, gain)
    const stays = isBought === isFirst.has(i)
    const [replaced, replacing] = stays ? [] : isBought ? [last, i] : [i, next]
    const lost = stays
      ? 0
      : replaced === undefined || replacing === undefined
        ? Infinity
        : (gains[replaced] as number) - (gains[replacing] as number)
    if (gain - lost > added) [best, added] = [{ lone: i, replaced, replacing }, gain - lost]
  })
  return added > -Infinity ? { ...best, added, ceiling } : undefined
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
