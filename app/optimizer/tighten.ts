import type { Multipliers } from "./certificate.ts"
import type { Shape } from "./curves/shape.ts"
import { above, below, type Region } from "./domain.ts"
import type { Domain, Envelope } from "./envelope.ts"

/** The spends of one channel that may still be part of something better: near its low end, on its concave part. */
export interface Worthwhile {
  readonly off: Domain | undefined
  readonly on: Domain | undefined
}

/** Rounding in the terms of a bound: what a spend may fall short by and still count. */
const rounding = 1e-12

/**
 * What a bound leaves of a channel's domain. By the multipliers, spends at which the channel's own term of the Lagrangian
 * is lower than its best by more than `slack` (by which the bound exceeds what is sought) are part of nothing better.
 * Undefined where that says nothing: no slack known, or a curve that may bend twice.
 */
export function worthwhile(
  curve: Shape,
  { domains, envelopes }: Region,
  i: number,
  { weight, prices, marginals }: Multipliers,
  slack: number,
): Worthwhile | undefined {
  const domain = domains[i] as Domain
  const { low, used, high } = domain
  if (low === high || curve.corners || !(weight > 0) || !(slack < Infinity)) return undefined
  const bend = Math.min(high, Math.max(used, curve.inflection))
  const [price, marginal] = [prices[i] as number, marginals[i] as number]
  const { shape } = envelopes[i] as Envelope
  const asked = Math.min(high, Math.max(low, marginal >= 0 ? shape.spendAt(marginal) : high))
  if (low >= bend || !Number.isFinite(asked) || !Number.isFinite(bend)) return undefined
  const [earned, cost] = [weight * shape.response(asked), price * asked]
  const least = earned - cost - slack - rounding * (earned + Math.abs(cost))
  const counts = (spend: number) => weight * curve.response(spend) - price * spend >= least
  const [atLow, atBend] = [counts(low), counts(bend)]
  const hasGap = used > low
  if (!hasGap && atLow && atBend) return undefined
  // On the convex part the term is greatest at the ends, on the concave one at its peak
  let start: number | undefined
  if (hasGap && counts(used)) start = used
  else if (atBend) start = crossing(counts, bend, used)
  else if (bend < high) {
    const peak = Math.min(high, Math.max(bend, marginal >= 0 ? curve.spendAt(marginal) : high))
    if (counts(peak)) start = crossing(counts, peak, bend)
  }
  const end = atLow ? (hasGap ? low : crossing(counts, low, bend)) : undefined
  return {
    off: end === undefined ? undefined : below(domain, end),
    on: start === undefined ? undefined : above(domain, start),
  }
}

/**
 * The same of a domain on which the curve is concave, or flat: what is left around the peak of the channel's own term. The
 * domain itself where that says nothing.
 */
export function worthwhileAround(
  curve: Shape,
  domain: Domain,
  { weight, price, marginal }: { readonly weight: number; readonly price: number; readonly marginal: number },
  slack: number,
): Domain {
  const { low, used, high } = domain
  if (low === high || used > low || low < curve.inflection || !(slack < Infinity)) return domain
  const peak = Math.min(high, Math.max(low, marginal >= 0 ? curve.spendAt(marginal) : high))
  const [earned, cost] = [weight * curve.response(peak), price * peak]
  const least = earned - cost - slack - rounding * (earned + Math.abs(cost))
  const counts = (spend: number) => weight * curve.response(spend) - price * spend >= least
  const start = counts(low) ? low : crossing(counts, peak, low)
  const end = counts(high) ? high : crossing(counts, peak, high)
  return start > low || end < high ? { low: start, used: start, high: end } : domain
}

/** A spend that does not count, or nearly so, on the way from one that does to one that does not. */
function crossing(counts: (spend: number) => boolean, from: number, to: number): number {
  let [inside, outside] = [from, to]
  for (let step = 0; step < 24 && inside !== outside; step++) {
    const middle = (inside + outside) / 2
    if (counts(middle)) inside = middle
    else outside = middle
  }
  return outside
}
