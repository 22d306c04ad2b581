import { carryOver } from "../../optimizer/adstock.ts"
import { shapeOf } from "../../optimizer/curves.ts"
import type { Curve } from "../../optimizer/schema.ts"
import { typesFor } from "./families.ts"
import { jacobian, precisionOf } from "./least-squares.ts"
import { parametersOf } from "./parameters.ts"
import type { Fit, FitTask } from "./schema.ts"
import { type Found, findMinimum, searchOf } from "./search.ts"
import { warningsOf } from "./warnings.ts"

/**
 * The curve that a history fits best by least squares, with what the history leaves open. Pure and deterministic; takes
 * up to seconds. The history must hold different spends, a response, and more rows than the simplest type has
 * parameters: `checkHistory` sees to it.
 */
export function fitCurve(task: FitTask): Fit {
  const rows = task.history.length
  const found = (task.types ?? typesFor(task.concave ?? false))
    .map((type) => searchOf(type, task))
    .filter(({ names }) => rows > names.length)
    .map(findMinimum)
    .map((one) => ({ ...one, aicc: aiccOf(one) }))
    .sort((a, b) => a.aicc - b.aicc || a.parameters.length - b.parameters.length)
  const [best] = found
  if (best === undefined) throw new Error(`No type has fewer parameters than the history's ${rows} rows.`)
  const line = found.find(({ search }) => search.family.type === "linear") ?? lineOf(task)
  const { search, parameters: point, squares } = best
  const { units } = search
  const fitted = search.predict(point).map((value) => value * units.response)
  const free = point.flatMap((value, i) => (endOf(best, i, value) === null ? [i] : []))
  const { inverse, condition } = precisionOf(jacobian(search.predict, point, free))
  const degreesOfFreedom = rows - point.length
  const parameters = parametersOf(best, { free, inverse, degreesOfFreedom, endOf: (i, value) => endOf(best, i, value) })
  const shown = {
    curve: withAdstock(best),
    parameters,
    quality: {
      rows,
      degreesOfFreedom,
      rSquared: rSquaredOf(best),
      residualError: Math.sqrt(squares / degreesOfFreedom) * units.response,
      condition: Number.isFinite(condition) ? condition : null,
    },
    candidates: found.map((one) => ({
      type: one.search.family.type,
      aicc: Number.isFinite(one.aicc) ? one.aicc : null,
      rSquared: rSquaredOf(one),
    })),
    rows: task.history.map(({ spend, response }, i) => {
      const at = fitted[i] ?? Number.NaN
      return { spend, response, fitted: at, residual: response - at }
    }),
  }
  const ceiling = shapeOf(search.curveAt(point))
  return {
    ...shown,
    warnings: warningsOf(shown, {
      identified: inverse !== undefined,
      straight: search.family.type === "linear" || aiccOf(line) <= best.aicc,
      reached: ceiling.response(Math.max(...search.exposuresAt(point))) / ceiling.response(Infinity),
    }),
  }
}

const lineOf = (task: FitTask): Found => findMinimum(searchOf("linear", task))

/** Squares a row below this, in units of the largest response, are rounding: a better fit cannot be told from them. */
const exact = 1e-20

/** Akaike's criterion for small samples (Hurvich and Tsai 1989); infinite with too few rows for it. */
function aiccOf({ squares, parameters, search }: Found): number {
  const rows = search.observed.length
  // The variance of the error is a parameter, too
  const k = parameters.length + 1
  if (rows - k - 1 <= 0) return Infinity
  return rows * Math.log(Math.max(squares / rows, exact)) + 2 * k + (2 * k * (k + 1)) / (rows - k - 1)
}

function rSquaredOf({ squares, search: { observed } }: Found): number | null {
  const mean = observed.reduce((sum, value) => sum + value, 0) / observed.length
  const spread = observed.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return spread > 0 ? 1 - squares / spread : null
}

/** The end of its range that a parameter lies at, to within what the search can tell. */
function endOf({ search: { bounds } }: Found, index: number, value: number): "min" | "max" | null {
  const low = bounds.low[index] ?? -Infinity
  const high = bounds.high[index] ?? Infinity
  const near = 1e-6 * (high - low)
  return value <= low + near ? "min" : value >= high - near ? "max" : null
}

function withAdstock({ search, parameters }: Found): Curve {
  const curve = search.curveAt(parameters)
  const adstock = search.adstockAt(parameters)
  // Without carry-over the curve is one of spend
  return adstock === undefined || carryOver(adstock) === 0 ? curve : { ...curve, exposure: { adstock } }
}
