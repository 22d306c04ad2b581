import { levenbergMarquardt } from "ml-levenberg-marquardt"
import { Matrix, SVD } from "ml-matrix"

/** A model of rows: what it says of each at given parameters. */
export type Predict = (parameters: readonly number[]) => readonly number[]

export interface Bounds {
  readonly low: readonly number[]
  readonly high: readonly number[]
}

export interface Minimum {
  readonly parameters: readonly number[]
  readonly squares: number
}

/** Differences that the Jacobian is made of; parameters are logs or shares, so their size is about 1. */
const step = 1e-5
/** Marquardt's damping: less after a step that helped, more after one that did not. The end is where no step helps. */
const damping = { first: 1e-2, less: 1 / 9, more: 11, least: 1e-9, most: 1e9 }
const steps = { most: 300, gain: 1e-12 }

/** Σ (observed − predicted)². Infinite where the model gives no number. */
export function sumOfSquares(predicted: readonly number[], observed: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < observed.length; i++) sum += ((observed[i] ?? 0) - (predicted[i] ?? Number.NaN)) ** 2
  return Number.isNaN(sum) ? Infinity : sum
}

/**
 * A local minimum of the squares within bounds, from a start, by Levenberg and Marquardt's method. Never worse than the
 * start. ml-levenberg-marquardt makes each step; whether it is taken is decided here, because the library takes every
 * step and may never come back from a bad one. Nor are its bounds used, which cut a step off and stall at an edge: it
 * searches an angle for each parameter, low + (high − low) · (1 + sin angle) / 2, as MINUIT does (James, MINUIT
 * Reference Manual, section 1.3.1).
 */
export function descend(
  predict: Predict,
  observed: readonly number[],
  start: readonly number[],
  bounds: Bounds,
): Minimum {
  const { toAngles, toParameters } = anglesWithin(bounds)
  const rows = { x: observed.map((_, row) => row), y: observed }
  let best: Minimum = { parameters: start, squares: sumOfSquares(predict(start), observed) }
  let angles = toAngles(start)
  let damped: number = damping.first
  for (let turn = 0; turn < steps.most && best.squares > 0 && damped < damping.most; turn++) {
    const { parameterValues, parameterError } = levenbergMarquardt(
      rows,
      byRow((at) => predict(toParameters(at))),
      {
        initialValues: angles,
        damping: damped,
        maxIterations: 1,
        errorTolerance: Number.MIN_VALUE,
        centralDifference: true,
        gradientDifference: step,
      },
    )
    if (!(parameterError < best.squares)) {
      damped *= damping.more
      continue
    }
    const gain = best.squares - parameterError
    angles = parameterValues
    best = { parameters: toParameters(angles), squares: parameterError }
    damped = Math.max(damped * damping.less, damping.least)
    if (gain <= steps.gain * parameterError) break
  }
  return best
}

/** At an edge itself the angle has no slope, and a search that begins there would stay. */
const inside = 0.999

function anglesWithin({ low, high }: Bounds) {
  const middle = low.map((least, i) => (least + (high[i] ?? least)) / 2)
  const half = low.map((least, i) => ((high[i] ?? least) - least) / 2)
  return {
    toAngles: (parameters: readonly number[]) =>
      parameters.map((value, i) =>
        Math.asin(Math.min(inside, Math.max(-inside, (value - (middle[i] ?? 0)) / (half[i] ?? 1)))),
      ),
    toParameters: (angles: readonly number[]) =>
      angles.map((angle, i) => (middle[i] ?? 0) + (half[i] ?? 0) * Math.sin(angle)),
  }
}

/** The library asks row by row; all rows are predicted at once, because adstock mixes them. */
const byRow = (predict: Predict) => (parameters: number[]) => {
  const predicted = predict(parameters)
  return (row: number) => predicted[row] ?? Number.NaN
}

/** Derivatives of every row by the parameters that `free` names, at a point. Rows × free. */
export function jacobian(predict: Predict, at: readonly number[], free: readonly number[]): number[][] {
  const columns = free.map((index) => {
    const up = predict(at.map((value, i) => (i === index ? value + step : value)))
    const down = predict(at.map((value, i) => (i === index ? value - step : value)))
    return up.map((value, row) => (value - (down[row] ?? 0)) / (2 * step))
  })
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] ?? 0))
}

export interface Precision {
  /** (JᵀJ)⁻¹; undefined where J has not the full rank to double precision. */
  readonly inverse: number[][] | undefined
  /** Largest over smallest singular value of J with its columns brought to length 1 (Belsley, Kuh, Welsch). */
  readonly condition: number
}

/** Singular values this share of the largest are rounding of the differences that J is made of. */
const rank = 1e-8

export function precisionOf(rows: readonly (readonly number[])[]): Precision {
  // Every parameter is at an end of its range
  if (rows.length === 0) return { inverse: [], condition: 1 }
  const matrix = new Matrix(rows.map((row) => [...row]))
  const lengths = Array.from({ length: matrix.columns }, (_, c) => Math.hypot(...matrix.getColumn(c)))
  if (lengths.some((length) => !(length > 0 && length < Infinity))) return { inverse: undefined, condition: Infinity }
  for (const [c, length] of lengths.entries()) matrix.mulColumn(c, 1 / length)
  const { diagonal, rightSingularVectors: v } = new SVD(matrix, { autoTranspose: true })
  const condition = Math.max(...diagonal) / Math.min(...diagonal)
  if (!(condition < 1 / rank)) return { inverse: undefined, condition }
  const inverse = lengths.map((a, i) =>
    lengths.map((b, j) => diagonal.reduce((sum, s, k) => sum + (v.get(i, k) * v.get(j, k)) / s ** 2, 0) / (a * b)),
  )
  return { inverse, condition }
}
