import type { Domain } from "../../envelope.ts"
import type { Exposure } from "../exposures.ts"
import { type PeriodsModel, spendDomains } from "../model.ts"

/**
 * A channel whose exposures follow from one another: exposure[t] = keep · exposure[t − 1] + gain · spend[t] + shift[t], with
 * nothing before the first. So it is for a geometric adstock without end, and without any (keep 0).
 */
export interface Chain {
  /** Indices of the first exposure and of the first spend in the model; the others follow. */
  readonly exposure: number
  readonly spend: number
  readonly keep: number
  readonly gain: number
  /** By stage: what the past adds. */
  readonly shifts: Float64Array
  /** By stage: the exposure when every spend is the least that it may be. */
  readonly least: Float64Array
  /** By stage that has a spend, which are the first ones. */
  readonly domains: readonly Domain[]
  /** Whether exposures are what the recursion says. Else, as where an adstock ends, they are no more than that. */
  readonly isExact: boolean
}

/** Weights that differ by this share are the same: rounding in powers and sums. */
const rounding = 1e-12

/** One a channel; undefined where the exposures of one may be more than such a recursion makes of its first weights. */
export function chainsOf(model: Pick<PeriodsModel, "exposures" | "polytope" | "spends">): Chain[] | undefined {
  const groups = [...Map.groupBy(model.exposures, ({ channel }) => channel).values()]
  const domains = spendDomains(model)
  const count = domains.length / groups.length
  let exposure = 0
  const chains = groups.map((stages, c) => {
    const spend = c * count
    const chain = chainOf(stages, exposure, spend, domains.slice(spend, spend + count))
    exposure += stages.length
    return chain
  })
  return chains.every((chain) => chain !== undefined) ? chains : undefined
}

function chainOf(
  stages: readonly Exposure[],
  exposure: number,
  spend: number,
  domains: readonly Domain[],
): Chain | undefined {
  const weights = stages.map(({ columns, weights: own }) => {
    const bySpend = new Float64Array(domains.length)
    columns.forEach((j, k) => {
      bySpend[j - spend] = own[k] as number
    })
    return bySpend
  })
  const weightOf = (t: number, s: number) => weights[t]?.[s] ?? 0
  const gain = weightOf(0, 0)
  if (!(gain > 0)) return undefined
  const keep = weightOf(1, 0) / gain
  if (!(keep < 1)) return undefined
  let isExact = true
  for (const t of stages.keys())
    for (let s = 0; s <= t && s < domains.length; s++) {
      const [has, follows] = [weightOf(t, s), gain * keep ** (t - s)]
      if (has > follows * (1 + rounding)) return undefined
      if (has < follows * (1 - rounding)) isExact = false
    }
  const shifts = Float64Array.from(stages, ({ past }, t) => past - keep * (stages[t - 1]?.past ?? 0))
  const least = new Float64Array(shifts.length)
  shifts.forEach((shift, t) => {
    least[t] = keep * (least[t - 1] ?? 0) + shift + gain * (domains[t]?.low ?? 0)
  })
  return { exposure, spend, keep, gain, shifts, least, domains, isExact }
}
