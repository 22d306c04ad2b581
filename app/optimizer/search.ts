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

/**
 * Narrows [low, high] around the crossing until a value is within `tolerance` · scale of 0 (then low = high), or the
 * two are neighbors, as they become where the function jumps. Illinois steps (regula falsi that halves the value kept
 * twice), in the logarithm while the ends are far apart, and a bisection whenever two steps have not halved the range.
 */
export function findCrossing(
  value: (at: number) => number,
  low: number,
  high: number,
  scale: number,
  tolerance = 2e-16,
): Crossing {
  let atLow = value(low)
  let atHigh = value(high)
  const good = tolerance * scale
  if (Math.abs(atHigh) <= good) return { low: high, high, atLow: atHigh, atHigh, steps: 2 }
  if (Math.abs(atLow) <= good) return { low, high: low, atLow, atHigh: atLow, steps: 2 }
  let weightLow = atLow
  let weightHigh = atHigh
  let kept = 0
  let slow = 0
  for (let steps = 3; ; steps++) {
    const wide = high > 2 * low
    const width = wide ? Math.log(high / Math.max(low, Number.MIN_VALUE)) : high - low
    let at = slow < 2 ? interpolate(low, high, weightLow / (weightLow - weightHigh), wide) : middle(low, high, wide)
    if (!(at > low && at < high)) at = middle(low, high, wide)
    if (!(at > low && at < high)) return { low, high, atLow, atHigh, steps }
    const found = value(at)
    if (Math.abs(found) <= good) return { low: at, high: at, atLow: found, atHigh: found, steps }
    if (found > 0) {
      low = at
      atLow = weightLow = found
      if (kept === 1) weightHigh /= 2
      kept = 1
    } else {
      high = at
      atHigh = weightHigh = found
      if (kept === -1) weightLow /= 2
      kept = -1
    }
    if (high - low <= narrow * low && atLow - atHigh <= near * scale) return { low, high, atLow, atHigh, steps }
    const left = wide ? Math.log(high / Math.max(low, Number.MIN_VALUE)) : high - low
    slow = left <= width / 2 ? 0 : slow < 2 ? slow + 1 : 1
  }
}

function middle(low: number, high: number, wide: boolean): number {
  if (!wide) return low + (high - low) / 2
  return Math.sqrt(Math.max(low, Number.MIN_VALUE)) * Math.sqrt(Math.min(high, Number.MAX_VALUE))
}

/** The point `share` of the way from low to high. NaN where an end or a value is infinite: then the middle serves. */
function interpolate(low: number, high: number, share: number, wide: boolean): number {
  return wide && low > 0 ? low * (high / low) ** share : low + (high - low) * share
}

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
