import type { Shape } from "./shape.ts"

/** shape(x + by) − shape(by): a curve of which `by` is there already. */
export function shifted(shape: Shape, by: number): Shape {
  if (by === 0) return shape
  const there = shape.response(by)
  return {
    response: (spend) => Math.max(0, shape.response(spend + by) - there),
    marginal: (spend) => shape.marginal(spend + by),
    marginalBefore: (spend) => shape.marginalBefore(spend + by),
    spendAt: (at) => Math.max(0, shape.spendAt(at) - by),
    inflection: Math.max(0, shape.inflection - by),
    finalMarginal: shape.finalMarginal,
    endless: shape.endless,
  }
}
