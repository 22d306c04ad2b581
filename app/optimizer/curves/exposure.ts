import { carryOver } from "../adstock.ts"
import type { Curve, Exposure } from "../schema.ts"

/** A curve of spend: curve(spend + there) − curve(there). */
export interface Folded {
  readonly curve: Curve
  /** Spend that would buy the exposure that is there without any. */
  readonly there: number
}

/** Exposure that a unit of spend in every period settles at: perSpend · Σ adstock weights. */
export function exposurePerSpend({ perSpend = 1, adstock }: Exposure): number {
  return adstock === undefined ? perSpend : perSpend * carryOver(adstock)
}

/**
 * The same curve with its parameters in spend in place of exposure: every family is closed under stretching its
 * axis, so nothing is added to what the optimizer evaluates but `there`, where it is not 0.
 */
export function foldExposure(curve: Curve): Folded {
  const { exposure } = curve
  if (exposure === undefined) return { curve, there: 0 }
  const per = exposurePerSpend(exposure)
  return { curve: stretch(curve, per), there: (exposure.carriedOver ?? 0) / per }
}

/** curve(per · x) as a curve of x. */
function stretch(curve: Curve, per: number): Curve {
  switch (curve.type) {
    case "hill":
      return { ...plain(curve), halfSaturation: curve.halfSaturation / per }
    case "michaelis-menten":
      return { ...plain(curve), halfSaturation: curve.halfSaturation / per }
    case "logistic":
      return { ...plain(curve), rate: curve.rate * per }
    case "log":
      return { ...plain(curve), rate: curve.rate * per }
    case "tanh":
      return { ...plain(curve), acquisitionCost: curve.acquisitionCost / per }
    case "power":
      return { ...plain(curve), scale: curve.scale * per ** curve.exponent }
    case "hill-sigmoid":
      return { ...plain(curve), rate: curve.rate * per, midpoint: curve.midpoint / per }
    case "linear":
      return { ...plain(curve), slope: curve.slope * per }
    case "piecewise":
      return {
        ...plain(curve),
        points: curve.points.map(({ spend, response }) => ({ spend: spend / per, response })),
      }
  }
}

function plain<C extends Curve>(curve: C): Omit<C, "exposure"> {
  const { exposure: _, ...rest } = curve
  return rest
}
