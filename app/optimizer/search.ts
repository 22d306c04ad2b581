/** Where a function that never rises crosses 0: between `low`, where it is ≥ 0, and `high`, where it is ≤ 0. */
export interface Crossing {
  readonly low: number
  readonly high: number
  readonly atLow: number
  readonly atHigh: number
  readonly steps: number
}

/** A crossing this narrow, with values this small a share of `scale`, is as good as a point: what lies between is a line. */
const narrow = 1e-9
const near = 1e-6

/** So many steps in a row may leave more than half of the range before the next one halves it. */
const patience = 3

/**
 * Narrows [low, high] around the crossing until a value is within `tolerance` · scale of 0 (then low = high), the range
 * is narrow, or its ends are neighbors, as they become where the function jumps. Chandrupatla's steps (Advances in
 * Engineering Software 28, 1997): inverse quadratic interpolation where the last three points allow it, else a halving;
 * in the logarithm while the ends are far apart. No step is nearer to an end than half of what is narrow: a root beside
 * the last point is passed, and the range closes at once.
 */
export function findCrossing(
  value: (at: number) => number,
  low: number,
  high: number,
  scale: number,
  tolerance = 2e-16,
): Crossing {
  const good = tolerance * scale
  // The point that was found last, the end of the range across from it, and the point that came before the last
  let last = high
  let other = low
  let before = Number.NaN
  let atLast = value(last)
  let atOther = value(other)
  let atBefore = Number.NaN
  if (Math.abs(atLast) <= good) return exactly(last, atLast, 2)
  if (Math.abs(atOther) <= good) return exactly(other, atOther, 2)
  let slow = 0
  for (let steps = 3; ; steps++) {
    const least = Math.min(last, other)
    const most = Math.max(last, other)
    const wide = most > 2 * least
    const from = place(last, wide)
    const way = place(other, wide) - from
    const isFirst = steps === 3
    let share = isFirst ? atLast / (atLast - atOther) : 0.5
    if (!isFirst && slow < patience) {
      const xi = -way / (place(before, wide) - from - way)
      const phi = (atLast - atOther) / (atBefore - atOther)
      if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi)
        share =
          (atLast / (atOther - atLast)) * (atBefore / (atOther - atBefore)) +
          ((place(before, wide) - from) / way) * (atLast / (atBefore - atLast)) * (atOther / (atBefore - atOther))
    }
    const margin = Math.min(0.5, (narrow / 2) * ((wide ? 1 : least) / Math.abs(way)))
    // False for NaN, too, which values that are infinite make
    if (!(share > margin)) share = share <= margin ? margin : 0.5
    if (share > 1 - margin) share = 1 - margin
    let at = along(from, way, share, wide)
    if (!(at > least && at < most)) at = along(from, way, 0.5, wide)
    if (!(at > least && at < most)) return crossing(last, atLast, other, atOther, steps)
    const found = value(at)
    if (Math.abs(found) <= good) return exactly(at, found, steps)
    if (found > 0 === atLast > 0) {
      before = last
      atBefore = atLast
    } else {
      before = other
      atBefore = atOther
      other = last
      atOther = atLast
    }
    last = at
    atLast = found
    const width = Math.abs(last - other)
    if (width <= narrow * Math.min(last, other) && Math.abs(atLast - atOther) <= near * scale)
      return crossing(last, atLast, other, atOther, steps)
    const left = Math.abs(wide ? place(other, wide) - place(last, wide) : width)
    slow = left <= Math.abs(way) / 2 ? 0 : slow < patience ? slow + 1 : 1
  }
}

const exactly = (at: number, value: number, steps: number): Crossing => ({
  low: at,
  high: at,
  atLow: value,
  atHigh: value,
  steps,
})

function crossing(one: number, atOne: number, other: number, atOther: number, steps: number): Crossing {
  return one < other
    ? { low: one, high: other, atLow: atOne, atHigh: atOther, steps }
    : { low: other, high: one, atLow: atOther, atHigh: atOne, steps }
}

/** A point on the scale of a step: its logarithm, of the least or largest double where there is none, or itself. */
const place = (at: number, wide: boolean): number =>
  wide ? Math.log(Math.min(Number.MAX_VALUE, Math.max(at, Number.MIN_VALUE))) : at

const along = (from: number, way: number, share: number, wide: boolean): number =>
  wide ? Math.exp(from + share * way) : from + share * way

/** The next double below, or the one below that. */
export function justBelow(value: number): number {
  const below = value * (1 - Number.EPSILON)
  return below < value ? below : value - Number.MIN_VALUE
}

/**
 * A range around the crossing of a function that never rises, from a point below which it may lie: steps of ×4, ×16,
 * ×256 … away from `start`. Where even 0 is too high, low is just below it.
 */
export function findRange(value: (at: number) => number, start: number): { low: number; high: number } {
  let high = start
  let factor = 4
  if (high === Infinity || value(high) > 0) {
    let low = high === Infinity ? 1 : high
    high = low
    while (high < Number.MAX_VALUE && value(high) > 0) {
      low = high
      high = Math.min(high * factor, Number.MAX_VALUE)
      factor *= factor
    }
    if (high > low) return { low, high }
  }
  factor = 4
  for (;;) {
    const low = high / factor
    if (low === 0) return { low: -Number.MIN_VALUE, high }
    if (value(low) >= 0) return { low, high }
    high = low
    factor *= factor
  }
}
