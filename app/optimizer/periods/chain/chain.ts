import type { Domain } from "../../envelope.ts"
import type { Exposure } from "../exposures.ts"
import { type PeriodsModel, spendDomains } from "../model.ts"

/**
 * A channel whose states follow from one another, state[t] = keep · state[t − 1] + gain · spend[t] with nothing before the
 * first, and whose exposures follow from those: exposure[t] = past[t] + state[t] − lost · state[t − after]. So it is for a
 * geometric adstock, with an end or without, and for none (keep 0).
 */
export interface Chain {
  /** Indices of the first exposure and of the first spend in the model; the others follow. */
  readonly exposure: number
  readonly spend: number
  readonly keep: number
  readonly gain: number
  /** After so many stages a spend works no more, and which share of the state of then that is; 0 where it never ends. */
  readonly after: number
  readonly lost: number
  /** By stage: what the past adds to the exposure. */
  readonly past: Float64Array
  /** By stage: the state when every spend is the least that it may be. */
  readonly least: Float64Array
  /** By stage that has a spend, which are the first ones. */
  readonly domains: readonly Domain[]
}

/** Weights that differ by this share are the same: rounding in powers and sums. */
const rounding = 1e-12

/** One a channel; undefined where the exposures of one do not follow so. */
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
  const lags = Array.from(stages.keys(), (lag) => weightOf(lag, 0) / gain)
  const end = lags.findIndex((weight, lag) => weight < keep ** lag * (1 - rounding))
  const after = end < 0 ? stages.length : end
  for (const t of stages.keys())
    for (let s = 0; s <= t && s < domains.length; s++) {
      const follows = t - s < after ? gain * keep ** (t - s) : 0
      if (Math.abs(weightOf(t, s) - follows) > follows * rounding) return undefined
    }
  const past = Float64Array.from(stages, (stage) => stage.past)
  const least = statesOf(
    { keep, gain },
    Float64Array.from(stages, (_, t) => domains[t]?.low ?? 0),
  )
  return { exposure, spend, keep, gain, after, lost: end < 0 ? 0 : keep ** after, past, least, domains }
}

/** By stage, what spends make; those that are left out are 0. */
export function statesOf({ keep, gain }: Pick<Chain, "keep" | "gain">, spends: ArrayLike<number>): Float64Array {
  const states = new Float64Array(spends.length)
  for (let t = 0; t < states.length; t++) states[t] = keep * (states[t - 1] ?? 0) + gain * (spends[t] as number)
  return states
}
