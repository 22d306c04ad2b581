import type { Branching, Relaxed } from "./branching.ts"
import { type Channels, responseTo, sum } from "./channels.ts"
import type { Region } from "./domain.ts"
import { concavePart, contacts, type Domain, type Envelope, envelopeOf } from "./envelope.ts"
import { isMet } from "./goal.ts"

/** What a relaxation suggests. */
export interface Rounding<R extends Relaxed = Relaxed> {
  /** The relaxation, with as few channels as may be where envelope and curve differ. */
  readonly relaxed: R
  /** Whether its spends are feasible as they are. */
  readonly holds: boolean
  /** Parts of the domains on which all curves are concave, near its spends. */
  readonly others: readonly Channels[]
}

export function roundingOf<R extends Relaxed>(
  {
    channels,
    domains,
    goal,
    mayShift,
    spent = sum,
  }: Pick<Branching, "channels" | "domains" | "goal" | "mayShift" | "spent">,
  region: Region,
  found: R,
): Rounding<R> {
  const spends = mayShift ? gathered(region, found.spends) : found.spends
  const relaxed = { ...found, spends }
  const sides = Array.from(spends, (spend, i) => contacts(region.envelopes[i] as Envelope, spend))
  const inGap = spends.some((spend, i) => isInGap(domains[i] as Domain, spend))
  const holds =
    !found.unmet && !inGap && (!goal.target || isMet(goal.target, responseTo(channels, spends), spent(spends)))
  if (!inGap && sides.every(([low, high]) => low === high)) return { relaxed, holds, others: [] }
  const nearest = sides.map(([low, high], i) =>
    (spends[i] as number) - low < high - (spends[i] as number) ? low : high,
  )
  const choices = [nearest, sides.map(([low]) => low), sides.map(([, high]) => high)]
  if (goal.target && !inGap) choices.push([...spends])
  return { relaxed, holds, others: choices.map((at) => concaveParts(channels, domains, at)) }
}

export const isInGap = ({ low, used }: Domain, spend: number): boolean => spend > low && spend < used

/** The parts of the domains around some spends on which all curves are concave: a problem that can be solved exactly. */
export function concaveParts({ shapes }: Channels, domains: readonly Domain[], at: ArrayLike<number>): Channels {
  const parts = shapes.map((curve, i) => concavePart(curve, domains[i] as Domain, at[i] as number))
  return {
    shapes: shapes.map((curve, i) => {
      const [low, high] = parts[i] as readonly [number, number]
      return envelopeOf(curve, { low, used: low, high }).shape
    }),
    min: Float64Array.from(parts, ([low]) => low),
    max: Float64Array.from(parts, ([, high]) => high),
  }
}

/**
 * Spends on lines of one slope may move between channels and earn the same: gives all of it to the first channels, so
 * that no more than one is left on its way.
 */
function gathered({ envelopes }: Region, spends: Float64Array): Float64Array {
  const lines = Array.from(spends.keys()).flatMap((i) => {
    const [low, high] = contacts(envelopes[i] as Envelope, spends[i] as number)
    return low < high ? [{ i, low, high }] : []
  })
  if (lines.length < 2) return spends
  const slopes = lines.map(({ i, low }) => (envelopes[i] as Envelope).shape.marginal(low))
  if (Math.min(...slopes) < Math.max(...slopes) * (1 - 1e-12)) return spends
  const result = Float64Array.from(spends)
  let rest = lines.reduce((total, { i, low }) => total + ((spends[i] as number) - low), 0)
  for (const { i, low, high } of lines) {
    const given = Math.min(rest, high - low)
    result[i] = given === high - low ? high : low + given
    rest -= given
  }
  return result
}
