import { shapeOf } from "../optimizer/curves.ts"
import { ProblemError } from "../problem.ts"
import { type CurveQuery, type Model, type Prediction, referenceOf } from "./schema.ts"

/** Told of each prediction: the model's name and how many seconds it took. */
export type ObservePrediction = (model: string, seconds: number) => void

const defaultPoints = 50

/** Response and marginal response of a model at each spend, in the order of the spends. */
export function predict(model: Model, spends: readonly number[], observe?: ObservePrediction): Prediction {
  const begun = performance.now()
  const shape = shapeOf(model.curve)
  const points = spends.map((spend) => {
    const slope = shape.marginal(spend)
    return { spend, response: shape.response(spend), marginal: Number.isFinite(slope) ? slope : null }
  })
  observe?.(model.name, (performance.now() - begun) / 1000)
  return { model: referenceOf(model), unit: model.unit, points }
}

/** Points of a model's curve for a drawing, evenly spaced, both ends among them. Throws invalid-parameter. */
export function curvePoints(
  model: Model,
  { from = 0, to, points = defaultPoints }: CurveQuery,
  observe?: ObservePrediction,
): Prediction {
  if (to <= from) {
    const message = `must be more than from, ${from}`
    throw new ProblemError("invalid-parameter", `to ${to} ${message}.`, { errors: [{ path: "to", message }] })
  }
  const step = (to - from) / (points - 1)
  const spends = Array.from({ length: points }, (_, index) => (index === points - 1 ? to : from + index * step))
  return predict(model, spends, observe)
}
