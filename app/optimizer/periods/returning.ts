import type { Shape } from "../curves/shape.ts"
import type { Target } from "../goal.ts"
import type { Exposure } from "./exposures.ts"

/** Prices of spend at which what it earns at most is asked, as shares of the target's. */
const shares = [0.5, 0.9, 0.99]

/**
 * A spend over the horizon above which no plan meets a target: weight · response − price · spend ≥ least. With a price q
 * below the target's and P the most of weight · response − q · spend, price · spend ≤ P + q · spend − least, so spend is at
 * most (P − least) / (price − q). No spend weighs more than 1 in all exposures together, so P is at most what every curve
 * earns by itself at q, and q times what the past gives. Infinity where a curve always earns more than q.
 */
export function mostReturning({ weight, price, least }: Omit<Target, "field">, exposures: readonly Exposure[]): number {
  if (price === 0) return Infinity
  const most = shares.map((share) => {
    const q = share * price
    const earned = exposures.reduce((sum, { shape, past }) => sum + mostAlone(shape, weight, q) + q * past, 0)
    return Math.max(0, earned - least) / (price - q)
  })
  return Math.min(...most)
}

/** The most of weight · curve − price · exposure. */
function mostAlone(shape: Shape, weight: number, price: number): number {
  const worth = (at: number) => weight * shape.response(at) - price * at
  if (shape.corners) return Math.max(0, ...shape.corners.map(({ spend }) => worth(spend)))
  const at = shape.spendAt(price / weight)
  return at < Infinity ? Math.max(0, worth(at)) : Infinity
}
