import { flat, type Shape } from "./shape.ts"

/**
 * scale · (S(u) − S(v)), S the logistic function, u = rate · (x − midpoint), v = −rate · midpoint. The difference is
 * taken as S(u) · S(−v) · (1 − e^(v − u)), which loses no digit near 0. Past the midpoint the marginal, scale · rate ·
 * S(u) · S(−u) = (scale · rate / 4) / cosh²(u / 2), inverts by asinh.
 */
export function hillSigmoid(scale: number, rate: number, midpoint: number): Shape {
  if (scale === 0) return flat
  const steepest = (scale * rate) / 4
  const height = scale / (1 + Math.exp(-rate * midpoint))
  function marginalAt(spend: number): number {
    const e = Math.exp(-rate * Math.abs(spend - midpoint))
    return (steepest * 4 * e) / ((1 + e) * (1 + e))
  }
  return {
    response: (spend) => (height * -Math.expm1(-rate * spend)) / (1 + Math.exp(-rate * (spend - midpoint))),
    marginal: marginalAt,
    marginalBefore: marginalAt,
    spendAt(at) {
      if (at >= steepest) return midpoint
      const ratio = steepest / at
      // Where steepest / at overflows, asinh(√r) = ln(2√r) to the last bit
      if (ratio === Infinity) {
        return at === 0 ? Infinity : midpoint + (2 * Math.LN2 + Math.log(steepest) - Math.log(at)) / rate
      }
      return midpoint + (2 * Math.asinh(Math.sqrt((steepest - at) / at))) / rate
    },
    inflection: midpoint,
    finalMarginal: 0,
    endless: true,
  }
}
