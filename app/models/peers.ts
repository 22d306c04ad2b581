import type { Adstock } from "../optimizer/adstock-schema.ts"
import type { Curve, Exposure } from "../optimizer/schema.ts"
import type { MeridianAdstock, PeerCurve, PymcAdstock, RobynAdstock } from "./peer-schema.ts"

/**
 * A peer's curve as one of ours, of spend in a period against response in it. What a peer's curve is of (adstocked
 * media, scaled spend) becomes the curve's exposure, at its steady state. The result may lie beyond our ranges: check
 * it with `checkCurve`.
 */
export function curveOfPeer(peer: PeerCurve): Curve {
  switch (peer.type) {
    case "meridian-hill":
      return {
        type: "hill",
        scale: peer.coefficient,
        halfSaturation: peer.ec * (peer.mediaScale ?? 1),
        slope: peer.slope,
        ...exposure({ perSpend: peer.mediaPerSpend, adstock: peer.adstock && meridianAdstock(peer.adstock) }),
      }
    case "robyn-hill":
      return {
        type: "hill",
        scale: peer.coef,
        halfSaturation: peer.gamma * peer.maxExposure,
        slope: peer.alpha,
        ...exposure({
          perSpend: peer.exposurePerSpend,
          carriedOver: peer.meanCarryover,
          adstock: peer.adstock && robynAdstock(peer.adstock),
        }),
      }
    case "robyn-michaelis-menten":
      return { type: "michaelis-menten", scale: peer.Vmax, halfSaturation: peer.Km }
    default:
      return { ...pymcCurve(peer), ...exposure({ adstock: peer.adstock && pymcAdstock(peer.adstock) }) }
  }
}

type Pymc = Extract<PeerCurve, { type: `pymc-${string}` }>

function pymcCurve(peer: Pymc): Curve {
  const { channelScale: spend = 1, targetScale: target = 1 } = peer
  switch (peer.type) {
    case "pymc-logistic":
      return { type: "logistic", scale: target * peer.beta, rate: peer.lam / spend }
    case "pymc-inverse-scaled-logistic":
      return { type: "logistic", scale: target * peer.beta, rate: Math.log(3) / (peer.lam * spend) }
    case "pymc-tanh":
      return { type: "tanh", scale: target * peer.b, acquisitionCost: (peer.c * spend) / target }
    case "pymc-tanh-baselined": {
      const scale = (target * peer.beta * peer.gain * peer.x0) / peer.r
      return { type: "tanh", scale, acquisitionCost: (spend * peer.x0) / (Math.atanh(peer.r) * scale) }
    }
    case "pymc-michaelis-menten":
      return { type: "michaelis-menten", scale: target * peer.alpha, halfSaturation: peer.lam * spend }
    case "pymc-hill":
      return { type: "hill", scale: target * peer.beta, halfSaturation: peer.kappa * spend, slope: peer.slope }
    case "pymc-hill-sigmoid":
      return {
        type: "hill-sigmoid",
        scale: target * peer.sigma,
        rate: peer.beta / spend,
        midpoint: peer.lam * spend,
      }
    case "pymc-root":
      return { type: "power", scale: (target * peer.beta) / spend ** peer.alpha, exponent: peer.alpha }
    case "pymc-no-saturation":
      return { type: "linear", slope: (target * peer.beta) / spend }
  }
}

/** Meridian divides its weights by their sum: at a steady state nothing is added. */
export function meridianAdstock({ alpha, maxLag, decay = "geometric" }: MeridianAdstock): Adstock | undefined {
  // Binomial decay maps 0 to a power without end: no adstock
  if (alpha === 0) return undefined
  return { type: decay, retention: alpha, periods: maxLag + 1, normalize: true }
}

/**
 * Robyn's scale of a Weibull is a quantile of the periods 1 … windlen, rounded; R rounds halves to the even number.
 * A shape or scale of 0 is no adstock.
 */
export function robynAdstock(adstock: RobynAdstock): Adstock | undefined {
  if (adstock.type === "geometric") return { type: "geometric", retention: adstock.theta }
  const { type, shape, scale, windlen } = adstock
  if (shape === 0 || scale === 0) return undefined
  return {
    type: type === "weibull_cdf" ? "weibull-cdf" : "weibull-pdf",
    shape,
    scale: roundHalfEven(1 + (windlen - 1) * scale),
    periods: windlen,
  }
}

/** The library's binomial adstock leaves out the last lag of its window, and its Weibull CDF has one lag more. */
export function pymcAdstock(adstock: PymcAdstock): Adstock | undefined {
  const { lMax, normalize = true } = adstock
  switch (adstock.type) {
    case "geometric":
      return { type: "geometric", retention: adstock.alpha, periods: lMax, normalize }
    case "binomial":
      if (adstock.alpha === 0) return undefined
      return { type: "binomial", retention: adstock.alpha, periods: lMax, window: lMax + 1, normalize }
    case "delayed":
      return { type: "delayed", retention: adstock.alpha, peak: adstock.theta, periods: lMax, normalize }
    case "weibull_cdf":
      return { type: "weibull-cdf", shape: adstock.k, scale: adstock.lam, periods: lMax + 1, normalize }
    case "weibull_pdf":
      return { type: "weibull-pdf", shape: adstock.k, scale: adstock.lam, periods: lMax, normalize }
  }
}

function exposure(given: { [K in keyof Exposure]: Exposure[K] | undefined }): { exposure?: Exposure } {
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return Object.keys(known).length === 0 ? {} : { exposure: known }
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
