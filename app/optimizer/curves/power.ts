import { flat, type Shape } from "./shape.ts"

/** slope · x. */
export function linear(slope: number): Shape {
  if (slope === 0) return flat
  const marginal = () => slope
  return {
    response: (spend) => slope * spend,
    marginal,
    marginalBefore: marginal,
    spendAt: (at) => (at >= slope ? 0 : Infinity),
    inflection: 0,
    finalMarginal: slope,
    endless: true,
  }
}

/** scale · x^exponent: above 1, the last unit always earns more than all before it. */
export function power(scale: number, exponent: number): Shape {
  if (exponent === 1) return linear(scale)
  if (scale === 0) return flat
  const first = scale * exponent
  const marginal = (spend: number) => first * spend ** (exponent - 1)
  return {
    response: (spend) => scale * spend ** exponent,
    marginal,
    marginalBefore: marginal,
    spendAt: (at) => (exponent > 1 ? Infinity : (at / first) ** (1 / (exponent - 1))),
    inflection: exponent > 1 ? Infinity : 0,
    finalMarginal: exponent > 1 ? Infinity : 0,
    endless: true,
  }
}

/** scale · ln(1 + rate · x). */
export function logarithm(scale: number, rate: number): Shape {
  if (scale === 0) return flat
  const first = scale * rate
  const marginal = (spend: number) => first / (1 + rate * spend)
  return {
    response: (spend) => scale * Math.log1p(rate * spend),
    marginal,
    marginalBefore: marginal,
    spendAt: (at) => (at >= first ? 0 : (first - at) / at / rate),
    inflection: 0,
    finalMarginal: 0,
    endless: true,
  }
}
