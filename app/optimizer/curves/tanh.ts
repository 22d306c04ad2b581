import { flat, type Shape } from "./shape.ts"

/** scale · tanh(rate · x). Its marginal, scale · rate / cosh²(rate · x), inverts by asinh. */
export function tanh(scale: number, rate: number): Shape {
  if (scale === 0) return flat
  const first = scale * rate
  const marginal = (spend: number) => {
    // 1 / cosh² by e^(−2u): cosh overflows long before the marginal is 0
    const e = Math.exp(-2 * rate * spend)
    return (first * 4 * e) / ((1 + e) * (1 + e))
  }
  return {
    response: (spend) => scale * Math.tanh(rate * spend),
    marginal,
    marginalBefore: marginal,
    spendAt(at) {
      if (at >= first) return 0
      const ratio = first / at
      // Where first / at overflows, asinh(√r) = ln(2√r) to the last bit
      if (ratio === Infinity) return at === 0 ? Infinity : (Math.LN2 + (Math.log(first) - Math.log(at)) / 2) / rate
      return Math.asinh(Math.sqrt((first - at) / at)) / rate
    },
    inflection: 0,
    finalMarginal: 0,
    endless: true,
  }
}
