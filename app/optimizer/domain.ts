import type { Channels } from "./channels.ts"
import type { Shape } from "./curves/shape.ts"
import { type Domain, type Envelope, envelopeOf } from "./envelope.ts"
import type { Channel } from "./problem.ts"

/** Where a channel may be by its own bounds; undefined where nowhere. A min above 0 leaves no way not to use it. */
export function domainOf({ min, max, minIfUsed = 0 }: Pick<Channel, "min" | "max" | "minIfUsed">): Domain | undefined {
  if (min > max) return undefined
  const whole = { low: min, used: min, high: max }
  if (minIfUsed <= min) return whole
  return min > 0 ? above(whole, minIfUsed) : without(whole, minIfUsed)
}

function without(domain: Domain, used: number): Domain {
  return used > domain.high ? { low: domain.low, used: domain.low, high: domain.low } : { ...domain, used }
}

/** The part of a domain up to a spend; undefined where there is none. */
export function below(domain: Domain, most: number): Domain | undefined {
  if (most >= domain.high) return domain
  if (most < domain.low) return undefined
  return without({ ...domain, high: most }, domain.used)
}

/** The part of a domain from a spend on; undefined where there is none. */
export function above(domain: Domain, least: number): Domain | undefined {
  if (least <= domain.low) return domain
  if (least > domain.high) return undefined
  const low = Math.max(least, domain.used)
  return { low, used: low, high: domain.high }
}

/** Domains with the envelopes of their curves, by channel index. */
export interface Region {
  readonly domains: readonly Domain[]
  readonly envelopes: readonly Envelope[]
}

export function regionOf(curves: readonly Shape[], domains: readonly Domain[]): Region {
  return { domains, envelopes: curves.map((curve, i) => envelopeOf(curve, domains[i] as Domain)) }
}

/** A region with some domains replaced, by channel index. */
export function changed(region: Region, curves: readonly Shape[], changes: ReadonlyMap<number, Domain>): Region {
  if (changes.size === 0) return region
  const domains = [...region.domains]
  const envelopes = [...region.envelopes]
  for (const [i, domain] of changes) {
    domains[i] = domain
    envelopes[i] = envelopeOf(curves[i] as Shape, domain)
  }
  return { domains, envelopes }
}

/** A region's envelopes as channels: a concave problem whose optimum bounds the region's. */
export function shapesOf({ domains, envelopes }: Region): Channels {
  return {
    shapes: envelopes.map(({ shape }) => shape),
    min: Float64Array.from(domains, ({ low }) => low),
    max: Float64Array.from(domains, ({ high }) => high),
  }
}
