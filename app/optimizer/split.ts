import type { Branching, Relaxed } from "./branching.ts"
import type { Shape } from "./curves/shape.ts"
import { above, below, type Region } from "./domain.ts"
import { contacts, type Domain, type Envelope } from "./envelope.ts"
import { isInGap } from "./rounding.ts"
import { type Worthwhile, worthwhile, worthwhileAround } from "./tighten.ts"

export type Changes = Map<number, Domain>

/** A search, whatever its relaxations are. */
export type Splitting = Omit<Branching, "restore">

/**
 * The parts of a region in which something may be better by `slack` less than its bound: none where nothing may be, one
 * where only fewer choices are left, and undefined where the relaxation's spends cannot be told from the truth, so that
 * nothing is left to split.
 */
export function childrenOf(
  branching: Splitting,
  region: Region,
  relaxed: Relaxed,
  slack: number,
): ReadonlyMap<number, Domain>[] | undefined {
  const { shapes } = branching.channels
  const tightened: Changes = new Map()
  const options = new Map<number, Worthwhile>()
  for (const [i, curve] of shapes.entries()) {
    const option = worthwhile(curve, region, i, relaxed.multipliers, slack)
    const domain = region.domains[i] as Domain
    if (option && !option.off && !option.on) return []
    const only = option?.off && option.on ? undefined : (option?.off ?? option?.on ?? domain)
    const part = only && branching.narrow ? around(curve, only, relaxed, i, slack) : only
    if (part && part !== domain) tightened.set(i, part)
    if (option) options.set(i, option)
  }
  const chosen = widest(branching, region, relaxed)
  if (chosen === undefined) return hasFewerGaps(region, tightened) ? [tightened] : undefined
  const domain = region.domains[chosen] as Domain
  const parts = partsOf(domain, region.envelopes[chosen] as Envelope, relaxed.spends[chosen] as number)
  const option = options.get(chosen)
  // What lies between is part of nothing better
  if (option?.off && option.on) {
    const spend = relaxed.spends[chosen] as number
    if (spend >= option.off.high && spend <= option.on.low) [parts.left, parts.right] = [option.off, option.on]
  }
  return [
    withTwins(branching, region, tightened, chosen, parts.left),
    withTwins(branching, region, tightened, chosen, parts.right),
  ].filter((changes) => changes !== undefined)
}

/** Whether some channel is left no choice between nothing and its minimum buy. */
const hasFewerGaps = ({ domains }: Region, tightened: Changes): boolean =>
  [...tightened].some(([i, { low, used }]) => {
    const before = domains[i] as Domain
    return before.used > before.low && used === low
  })

const around = (curve: Shape, domain: Domain, { multipliers }: Relaxed, i: number, slack: number): Domain =>
  worthwhileAround(
    curve,
    domain,
    {
      weight: multipliers.weight,
      price: multipliers.prices[i] as number,
      marginal: multipliers.marginals[i] as number,
    },
    slack,
  )

/** The channel in which the curve lies furthest below its envelope, or that is furthest in its gap. */
function widest({ channels, goal }: Splitting, region: Region, relaxed: Relaxed): number | undefined {
  const { spends, multipliers } = relaxed
  const weight = multipliers.weight || goal.target?.weight || 1
  let chosen: number | undefined
  let most = 0
  let size = 0
  let deepest: number | undefined
  let depth = 0
  channels.shapes.forEach((curve, i) => {
    const spend = spends[i] as number
    const { shape } = region.envelopes[i] as Envelope
    const domain = region.domains[i] as Domain
    const above = shape.response(spend)
    const error = weight * (above - curve.response(spend))
    size += weight * above
    if (error > most) [chosen, most] = [i, error]
    if (!isInGap(domain, spend)) return
    const into = Math.min(spend - domain.low, domain.used - spend) / domain.used
    if (into > depth) [deepest, depth] = [i, into]
  })
  return most > rounding * size ? chosen : (deepest ?? undefined)
}

/** A share of the whole response that counts as none. */
const rounding = 1e-15

/** Parts are no narrower than this share of the line on which the spend lies. */
const narrowest = 0.05

function partsOf(domain: Domain, envelope: Envelope, spend: number) {
  if (isInGap(domain, spend)) return { left: below(domain, domain.low), right: above(domain, domain.used) }
  const [low, high] = contacts(envelope, spend)
  const margin = narrowest * (high - low)
  const at = Math.max(domain.used, Math.min(high - margin, Math.max(low + margin, spend)))
  return { left: below(domain, at), right: above(domain, at) }
}

/**
 * A part of one channel's domain as changes to a region. Of channels that are the same, the earlier spend no less than
 * the later: else every exchange of them would be looked into.
 */
export function withTwins(
  { twins }: Splitting,
  { domains }: Region,
  tightened: Changes,
  chosen: number,
  part: Domain | undefined,
): Changes | undefined {
  if (!part) return undefined
  const changes: Changes = new Map(tightened)
  changes.set(chosen, part)
  for (const i of twins[chosen] ?? []) {
    const domain = changes.get(i) ?? (domains[i] as Domain)
    if (i === chosen) continue
    const clipped = i > chosen ? below(domain, part.high) : above(domain, part.low)
    if (!clipped) return undefined
    if (clipped !== domain) changes.set(i, clipped)
  }
  return changes
}
