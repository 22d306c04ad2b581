import { Compile } from "typebox/compile"
import type { FieldError } from "../contract/problems.ts"
import { once } from "../once.ts"
import { exposurePerSpend, foldExposure } from "./curves/exposure.ts"
import { hill, michaelisMenten } from "./curves/hill.ts"
import { leaveOut, piecewise } from "./curves/piecewise.ts"
import { linear, logarithm, power } from "./curves/power.ts"
import type { Shape } from "./curves/shape.ts"
import { shifted } from "./curves/shifted.ts"
import { hillSigmoid } from "./curves/sigmoid.ts"
import { tanh } from "./curves/tanh.ts"
import * as schema from "./schema.ts"

/** Compiled at the first curve of the type. */
const checks = {
  hill: once(() => Compile(schema.HillSchema)),
  logistic: once(() => Compile(schema.LogisticSchema)),
  tanh: once(() => Compile(schema.TanhSchema)),
  power: once(() => Compile(schema.PowerSchema)),
  log: once(() => Compile(schema.LogSchema)),
  "michaelis-menten": once(() => Compile(schema.MichaelisMentenSchema)),
  "hill-sigmoid": once(() => Compile(schema.HillSigmoidSchema)),
  linear: once(() => Compile(schema.LinearSchema)),
  piecewise: once(() => Compile(schema.PiecewiseSchema)),
} satisfies Record<schema.CurveType, unknown>

/** The types of curve there are. */
export const curveTypes = Object.keys(checks) as readonly schema.CurveType[]

/** Response to `spend` ≥ 0, in the curve's units. */
export const response = (curve: schema.Curve, spend: number): number => shapeOf(curve).response(spend)

/** Response that the next unit of spend earns (the derivative from the right); infinite where a curve starts upright. */
export const marginal = (curve: schema.Curve, spend: number): number => shapeOf(curve).marginal(spend)

/** Whether every unit earns no more than the one before it. The rest are S-shaped or convex. */
export function isConcave(curve: schema.Curve): boolean {
  switch (curve.type) {
    // Whatever their parameters: their functions need not be made to find out
    case "logistic":
    case "tanh":
    case "log":
    case "michaelis-menten":
    case "linear":
      return true
    default:
      return shapeOf(curve).inflection === 0
  }
}

/** The curve's functions with its parameters folded in. The curve must have passed `checkCurve`. */
export function shapeOf(given: schema.Curve): Shape {
  const { curve, there } = foldExposure(given)
  return curve.type === "piecewise" ? piecewise(leaveOut(curve.points, there)) : shifted(plainShape(curve), there)
}

function plainShape(curve: Exclude<schema.Curve, { type: "piecewise" }>): Shape {
  switch (curve.type) {
    case "hill":
      return hill(curve.scale, curve.halfSaturation, curve.slope)
    case "logistic":
      return tanh(curve.scale, curve.rate / 2)
    case "tanh":
      return tanh(curve.scale, 1 / (curve.scale * curve.acquisitionCost))
    case "power":
      return power(curve.scale, curve.exponent)
    case "log":
      return logarithm(curve.scale, curve.rate)
    case "michaelis-menten":
      return michaelisMenten(curve.scale, curve.halfSaturation)
    case "hill-sigmoid":
      return hillSigmoid(curve.scale, curve.rate, curve.midpoint)
    case "linear":
      return linear(curve.slope)
  }
}

/** What is wrong with a curve, in the schema's terms and beyond them; empty when nothing is. Paths start at the curve. */
export function checkCurve(curve: schema.Curve): FieldError[] {
  const check = Object.hasOwn(checks, curve.type) ? checks[curve.type]() : undefined
  if (check === undefined)
    return [
      { path: "/type", message: `${JSON.stringify(curve.type)} is no curve: use one of ${curveTypes.join(", ")}` },
    ]
  if (!check.Check(curve))
    return check.Errors(curve).map((error) => ({ path: error.instancePath, message: error.message }))
  const errors = curve.exposure === undefined ? [] : checkExposure(curve.exposure)
  return curve.type === "piecewise" ? [...checkPoints(curve.points), ...errors] : errors
}

/** Each number of an exposure is within range; what they make together must be as well. */
function checkExposure(exposure: schema.Exposure): FieldError[] {
  const { adstock } = exposure
  if (adstock?.type === "binomial" && adstock.window !== undefined && adstock.window < adstock.periods)
    return [
      {
        path: "/exposure/adstock/window",
        message: `${adstock.window} must be no less than periods, ${adstock.periods}`,
      },
    ]
  const per = exposurePerSpend(exposure)
  if (per >= schema.smallest && per <= schema.largest) return []
  return [
    {
      path: "/exposure",
      message: `makes ${per} of one unit of spend; it must make from ${schema.smallest} to ${schema.largest}`,
    },
  ]
}

function checkPoints(points: schema.CurveOf<"piecewise">["points"]): FieldError[] {
  const errors: FieldError[] = []
  let before = { spend: 0, response: 0 }
  for (const [i, point] of points.entries()) {
    if (point.spend <= before.spend)
      errors.push({
        path: `/points/${i}/spend`,
        message: `${point.spend} must be more than ${before.spend}, the point before`,
      })
    if (point.response < before.response)
      errors.push({
        path: `/points/${i}/response`,
        message: `${point.response} must be no less than ${before.response}, the point before`,
      })
    before = point
  }
  return errors
}
