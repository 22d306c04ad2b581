import { type Band, narrowed } from "./band.ts"
import type { Lagrangian, Part } from "./lagrangian.ts"
import type { Column } from "./master.ts"
import type { Settled } from "./settle.ts"

/** A channel of which this share of a mix is one plan is not mixed: the rest is rounding. */
const whole = 1 - 1e-9

/**
 * The parts of a node in which one state is at most, and at least, what it is on average: that in which the mixed plans
 * of a channel differ most, in steps of its grid. None where nothing is mixed.
 */
export function split({ lones }: Lagrangian, { part, columns, mix }: Settled): Part[] {
  if (!mix) return []
  let chosen: { readonly c: number; readonly t: number; readonly at: number } | undefined
  let widest = 0
  lones.forEach((lone, c) => {
    const shares = mix.shares[c] as Float64Array
    if (shares.some((share) => share > whole)) return
    const own = columns[c] as readonly Column[]
    const { low, high } = part.bands[c] as Band
    const step = lone.stepAt(part.levels[c] as number)
    const mean = (of: (column: Column) => number) =>
      own.reduce((sum, column, k) => sum + (shares[k] as number) * of(column), 0)
    for (const [t, origin] of lone.chain.least.entries()) {
      const middle = mean(({ states }) => states[t] as number)
      const spread = mean(({ states }) => Math.abs((states[t] as number) - middle)) / lone.stepAt(0)
      // At a node, or else the grid would blur it
      const at = origin + Math.round((middle - origin) / step) * step
      if (spread > widest && at > (low[t] as number) && at < (high[t] as number))
        [chosen, widest] = [{ c, t, at }, spread]
    }
  })
  if (!chosen) return []
  const { c, t, at } = chosen
  const { low, high } = part.bands[c] as Band
  const sides = [
    { low, high: high.with(t, at) },
    { low: low.with(t, at), high },
  ]
  return sides.flatMap((side) => {
    const band = narrowed((lones[c] as (typeof lones)[number]).chain, side)
    return band ? [{ ...part, bands: part.bands.with(c, band) }] : []
  })
}
