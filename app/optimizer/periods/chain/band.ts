import type { Channels } from "../../channels.ts"
import type { Domain } from "../../envelope.ts"
import type { Chain } from "./chain.ts"

/** By stage, between what a channel's states may be. */
export interface Band {
  readonly low: Float64Array
  readonly high: Float64Array
}

/** A share by which bands are left wider than they are computed. */
const hair = 1e-12

const unspent: Domain = { low: 0, used: 0, high: 0 }

/** What the spend of a stage may be; nothing after the horizon. */
export const domainAt = ({ domains }: Pick<Chain, "domains">, t: number): Domain => domains[t] ?? unspent

/** All that a model allows a channel, as its chain sees it. */
export function bandOf(chain: Chain, { min, max }: Pick<Channels, "min" | "max">): Band | undefined {
  const { exposure, past, least, after, lost } = chain
  const high = new Float64Array(past.length)
  past.forEach((before, t) => {
    high[t] = (max[exposure + t] as number) - before + lost * (high[t - after] ?? 0)
  })
  const low = least.map((state, t) => Math.max(state, (min[exposure + t] as number) - (past[t] as number)))
  return narrowed(chain, { low, high })
}

/** What of a band the stages before and after leave; undefined where that is nothing. */
export function narrowed(chain: Chain, band: Band): Band | undefined {
  const { keep, gain } = chain
  const [low, high] = [band.low.slice(), band.high.slice()]
  const stages = low.length
  for (let t = 0; t < stages; t++) {
    const domain = domainAt(chain, t)
    const least = keep * (low[t - 1] ?? 0) + gain * domain.low
    const most = keep * (high[t - 1] ?? 0) + gain * domain.high
    low[t] = Math.max(low[t] as number, least * (1 - hair))
    high[t] = Math.min(high[t] as number, most * (1 + hair))
  }
  for (let t = stages - 1; t >= 0; t--) {
    if (!((low[t] as number) <= (high[t] as number))) return undefined
    if (t === 0 || keep === 0) continue
    const domain = domainAt(chain, t)
    const least = ((low[t] as number) - gain * domain.high) / keep
    const most = ((high[t] as number) - gain * domain.low) / keep
    low[t - 1] = Math.max(low[t - 1] as number, least - hair * Math.abs(least))
    high[t - 1] = Math.min(high[t - 1] as number, most + hair * Math.abs(most))
  }
  return { low, high }
}
