/** What is said of repeated measurements: other work on the machine decides about the ends, so all three are shown. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Throws RangeError where there is nothing to summarize. */
export function summarize(values: readonly number[]): Summary {
  return { median: percentile(values, 50), min: percentile(values, 0), max: percentile(values, 100) }
}

/**
 * The value that `percent` of the values do not exceed; between two neighbors by a straight line, as NumPy's default.
 *
 * @throws RangeError for no values, or a percent outside 0 to 100.
 */
export function percentile(values: readonly number[], percent: number): number {
  if (!(percent >= 0 && percent <= 100)) throw new RangeError(`percent is ${percent}: it must be from 0 to 100`)
  const sorted = Float64Array.from(values).sort()
  const at = ((sorted.length - 1) * percent) / 100
  const below = sorted[Math.floor(at)]
  const above = sorted[Math.ceil(at)]
  if (below === undefined || above === undefined)
    throw new RangeError("there are no values: measure at least once before summing up")
  return below === above ? below : below + (at - Math.floor(at)) * (above - below)
}

/** Pair by pair, so that what slows a moment of the machine slows both sides: theirs over ours. */
export function ratios(theirs: readonly number[], ours: readonly number[]): number[] {
  if (theirs.length > ours.length)
    throw new RangeError(`${theirs.length} measurements have only ${ours.length} to be compared with`)
  return theirs.map((value, i) => value / (ours[i] as number))
}
