import { flat, type Shape } from "./shape.ts"

/** scale · x / (half + x). The marginal scale · half / (half + x)² inverts in closed form. */
export function michaelisMenten(scale: number, half: number): Shape {
  if (scale === 0) return flat
  const first = scale / half
  const marginal = (spend: number) => {
    const left = 1 / (1 + spend / half)
    return first * left * left
  }
  return {
    response: (spend) => (spend === 0 ? 0 : scale / (1 + half / spend)),
    marginal,
    marginalBefore: marginal,
    spendAt(at) {
      if (at >= first) return 0
      const ratio = first / at
      // (√r − 1) without the cancellation near r = 1
      return ratio === Infinity ? Infinity : (half * ((first - at) / at)) / (Math.sqrt(ratio) + 1)
    },
    inflection: 0,
    finalMarginal: 0,
    endless: true,
  }
}

const exp = Math.exp
const log = Math.log

/**
 * scale · u / (1 + u) with u = (x / half)^slope, for any slope. Above 1 it bends where its second derivative changes
 * sign, at u = (slope − 1) / (slope + 1). `spendAt`: the log of the marginal is concave in y = ln(x / half) and falls
 * from the inflection on, so Newton's steps from the right of the root never pass it, and the nearest of the asymptotes
 * that fall is a start to its right.
 */
export function hill(scale: number, half: number, slope: number): Shape {
  if (slope === 1) return michaelisMenten(scale, half)
  if (scale === 0) return flat
  const ratio = (spend: number) => (spend / half) ** slope
  const marginal = (spend: number) => {
    if (spend === 0) return slope < 1 ? Infinity : 0
    if (spend === Infinity) return 0
    const u = ratio(spend)
    // Far out u may overflow: u / (1 + u)² by its smaller form
    const weight = u > 1 ? 1 / (u * (1 + 1 / u) * (1 + 1 / u)) : u / ((1 + u) * (1 + u))
    return ((scale * slope) / spend) * weight
  }
  const top = log(scale) + log(slope) - log(half)
  const inflection = slope > 1 ? half * ((slope - 1) / (slope + 1)) ** (1 / slope) : 0
  const steepest = slope > 1 ? marginal(inflection) : Infinity
  return {
    response: (spend) => (spend === 0 ? 0 : scale / (1 + (half / spend) ** slope)),
    marginal,
    marginalBefore: marginal,
    spendAt(at) {
      if (at === 0) return Infinity
      if (at >= steepest) return inflection
      const target = log(at) - top
      const right = -target / (slope + 1)
      let y = slope < 1 ? Math.min(target / (slope - 1), right) : right
      for (let step = 0; step < 50; step++) {
        const e = exp(-slope * Math.abs(y))
        const share = y > 0 ? 1 / (1 + e) : e / (1 + e)
        const softplus = Math.log1p(e) + (y > 0 ? slope * y : 0)
        const excess = (slope - 1) * y - 2 * softplus - target
        const move = excess / (slope - 1 - 2 * slope * share)
        y -= move
        if (Math.abs(move) <= 2e-16 * Math.max(1, Math.abs(y))) break
      }
      return Math.max(inflection, half * exp(y))
    },
    inflection,
    finalMarginal: 0,
    endless: true,
  }
}
