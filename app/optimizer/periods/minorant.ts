import type { Shape } from "../curves/shape.ts"

/**
 * A concave function that lies nowhere above a curve that is convex and then concave, and touches it at `spend`: the
 * tangent there, or at the inflection if that comes first, until the curve falls below it, and the curve from there on. So what
 * its optimum gains over `spend`, the curve gains at least (Yuille, Rangarajan, "The concave-convex procedure", 2003).
 * Up to `high`; not for a shape with corners.
 */
export function minorantOf(curve: Shape, spend: number, high: number): Shape {
  if (curve.inflection === 0) return curve
  const at = Math.min(spend, curve.inflection)
  const slope = curve.marginal(at)
  const start = curve.response(at)
  const line = (x: number) => start + slope * (x - at)
  const end = at === curve.inflection ? at : meeting(curve, line, at, high)
  const isLine = end >= high
  return {
    response: (x) => (x > end ? curve.response(x) : line(x)),
    marginal: (x) => (x < end || isLine ? slope : curve.marginal(x)),
    marginalBefore: (x) => (x <= end ? slope : curve.marginalBefore(x)),
    spendAt: (marginal) => (marginal >= slope ? 0 : isLine ? Infinity : Math.max(end, curve.spendAt(marginal))),
    inflection: 0,
    finalMarginal: isLine ? slope : curve.finalMarginal,
    endless: isLine || curve.endless,
  }
}

/** Where the curve comes down to a line that touches it on its convex part: beyond its inflection, or `high`. */
function meeting(curve: Shape, line: (spend: number) => number, at: number, high: number): number {
  const isAbove = (spend: number) => curve.response(spend) > line(spend)
  if (isAbove(high) || high <= curve.inflection) return high
  let [above, below] = [Math.max(at, Math.min(curve.inflection, high)), high]
  for (let step = 0; step < 60 && above < below; step++) {
    const middle = (above + below) / 2
    if (isAbove(middle)) above = middle
    else below = middle
  }
  return below
}
