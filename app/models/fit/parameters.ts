import { confidence, type FitParameter } from "./schema.ts"
import type { Found } from "./search.ts"
import { studentQuantile } from "./student.ts"

interface Certainty {
  /** Search parameters within their range, by index. */
  readonly free: readonly number[]
  /** (JᵀJ)⁻¹ over them. */
  readonly inverse: readonly (readonly number[])[] | undefined
  readonly degreesOfFreedom: number
  readonly endOf: (index: number, value: number) => "min" | "max" | null
}

/** Central differences of a smooth function of logs and shares. */
const step = 1e-6

/**
 * The parameters as a user knows them, with their intervals: the search's own covariance carried over by the delta
 * method (Seber and Wild, Nonlinear Regression, 1989, section 5.1), on the log of what is positive.
 */
export function parametersOf({ search, parameters: point, squares }: Found, certainty: Certainty): FitParameter[] {
  const { family, units, names } = search
  const { free, inverse, degreesOfFreedom, endOf } = certainty
  const t = studentQuantile(confidence, degreesOfFreedom)
  const variance = squares / degreesOfFreedom
  const spreadOf = (value: (at: readonly number[]) => number): number | undefined => {
    if (inverse === undefined) return undefined
    const moved = (index: number, by: number) => value(point.map((p, i) => (i === index ? p + by : p)))
    const gradient = free.map((index) => (moved(index, step) - moved(index, -step)) / (2 * step))
    const square = gradient.reduce(
      (sum, a, i) => sum + a * gradient.reduce((inner, b, j) => inner + (inverse[i]?.[j] ?? 0) * b, 0),
      0,
    )
    return t * Math.sqrt(Math.max(0, variance * square))
  }
  return names.map((name, index) => {
    const atBound = endOf(index, point[index] ?? Number.NaN)
    const member = index < family.axes.length
    const search = (at: readonly number[]) => (member ? (family.members(at, units)[index] ?? 0) : (at[index] ?? 0))
    const unit = name === "baseline" ? units.response : 1
    const at = search(point)
    const spread = atBound === null ? spreadOf(search) : undefined
    const shown = (value: number) => (member ? Math.exp(value) : Math.max(0, value) * unit)
    const interval = spread === undefined ? null : { low: shown(at - spread), high: shown(at + spread) }
    return {
      name,
      value: shown(at),
      interval: interval && Number.isFinite(interval.high) ? interval : null,
      atBound,
    }
  })
}
