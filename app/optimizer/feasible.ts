import type { LinearRow, LinearSolver } from "./linear-program.ts"
import { activity, type Row, worstViolation } from "./rows.ts"

/** What linear constraints leave: bounds by channel and rows. */
export interface Polytope {
  readonly min: Float64Array
  readonly max: Float64Array
  readonly rows: readonly Row[]
}

/**
 * Rounding in a sum of a hundred terms. Far below the tolerance that is promised: where a curve starts upright, a spend
 * of 1e-12 too much may earn 1e-5 too much.
 */
const good = 1e-15

/** What a point may still break a row by when it cannot be mended further. */
const acceptable = 1e-11

/**
 * A spend no larger than this counts as none. A curve that starts upright may ask for one at any price, and a program scaled
 * up to it would leave the range of a double.
 */
const dust = 1e-200

/** A bound or row this many times as far away as the largest error to be mended does not touch the repair. */
const far = 1e6

/** The size of each channel's spends, by which the programs scale it: its range, or what the others suggest. */
export function scalesOf({ min, max, rows }: Polytope): Float64Array {
  const widths = max.map((most, i) => most - (min[i] as number))
  const known = [...widths.filter((width) => width > 0 && width < Infinity)]
  const unit = Math.max(...known, ...min) || unitOf(rows)
  const pinned = Math.min(unit, ...known)
  return widths.map((width) => (width === Infinity ? unit : width > 0 ? width : pinned))
}

/** The largest spend that a row's bound speaks of; 1 where none does. */
export function unitOf(rows: readonly Row[]): number {
  let unit = 0
  for (const { coefficients, min, max } of rows) {
    const largest = Math.max(...coefficients.map(Math.abs))
    for (const bound of [min, max])
      if (Number.isFinite(bound) && largest > 0) unit = Math.max(unit, Math.abs(bound) / largest)
  }
  return unit || 1
}

/** Some spends that meet bounds and rows, or undefined where there are none. */
export function feasiblePoint(polytope: Polytope, solver: LinearSolver): Float64Array | undefined {
  const { min, max, rows } = polytope
  if (min.some((low, i) => low > (max[i] as number)) || rows.some((row) => row.min > row.max)) return undefined
  const scales = scalesOf(polytope)
  const solution = solver({
    objective: min.map(() => 0),
    lower: min.map(() => 0),
    upper: max.map((most, i) => (most - (min[i] as number)) / (scales[i] as number)),
    rows: rows.map((row) => scaledRow(row, scales, min, 1)),
  })
  if (solution.status !== "optimal") return undefined
  const spends = solution.values.map((value, i) => (min[i] as number) + value * (scales[i] as number))
  return mend(polytope, snap(polytope, spends), scales, solver)
}

/**
 * The nearest spends to `spends` that meet bounds and rows, by iterative refinement of linear programs (Gleixner,
 * Steffy, Wolter, "Iterative refinement for linear programming", 2016): the correction is found by a program scaled up
 * to its own size, so that the solver's tolerance is a share of it. Undefined where there are none.
 */
export function mend(
  polytope: Polytope,
  spends: Float64Array,
  scales: Float64Array,
  solver: LinearSolver,
): Float64Array | undefined {
  const { min, max, rows } = polytope
  const count = spends.length
  const mended = spends.map((spend, i) =>
    Math.min(max[i] as number, Math.max(min[i] as number, spend > dust ? spend : 0)),
  )
  for (let round = 0; round < 4; round++) {
    if (worstViolation(rows, mended) <= good) return mended
    const units = rows.map((row) => rowUnit(row, scales))
    const errors = rows.map((row, r) => {
      const value = activity(row, mended)
      return Math.max(value - row.max, row.min - value, 0) / (units[r] as number)
    })
    const size = Math.max(...errors)
    const room = (bound: ArrayLike<number>, i: number) => {
      const distance = Math.abs((bound[i] as number) - (mended[i] as number)) / ((scales[i] as number) * size)
      return distance > far ? Infinity : distance
    }
    // Columns: every channel's rise, then every channel's fall; the least Σ of both is the nearest
    const solution = solver({
      objective: new Float64Array(2 * count).fill(-1),
      lower: new Float64Array(2 * count),
      upper: Float64Array.from({ length: 2 * count }, (_, j) => (j < count ? room(max, j) : room(min, j - count))),
      rows: rows.map((row) => {
        const { columns, coefficients, min: low, max: high } = scaledRow(row, scales, mended, size)
        return {
          columns: [...Array.from(columns), ...Array.from(columns, (j) => j + count)],
          coefficients: [...Array.from(coefficients), ...Array.from(coefficients, (c) => -c)],
          min: low < -far ? -Infinity : low,
          max: high > far ? Infinity : high,
        }
      }),
    })
    if (solution.status !== "optimal") return undefined
    for (let i = 0; i < count; i++) {
      const move = ((solution.values[i] as number) - (solution.values[i + count] as number)) * size
      mended[i] = Math.min(
        max[i] as number,
        Math.max(min[i] as number, (mended[i] as number) + move * (scales[i] as number)),
      )
    }
  }
  return worstViolation(rows, mended) <= acceptable ? mended : undefined
}

/** A program's spends, put on the bounds that they are at but for rounding. */
export function snap({ min, max }: Polytope, spends: Float64Array): Float64Array {
  return spends.map((spend, i) => {
    const low = min[i] as number
    const high = max[i] as number
    const reach = 1e-11 * Math.max(low, high === Infinity ? low : high - low)
    if (spend - low <= reach) return low
    return high - spend <= reach ? high : spend
  })
}

/** The largest coefficient of a row on scaled channels; 1 for a row without any. */
export const rowUnit = (row: Row, scales: Float64Array): number =>
  row.channels.reduce(
    (unit, channel, k) => Math.max(unit, Math.abs((row.coefficients[k] as number) * (scales[channel] as number))),
    0,
  ) || 1

/** A row on moves from `origin`, in units of scale · size, divided by its largest coefficient. */
export function scaledRow(row: Row, scales: Float64Array, origin: Float64Array, size: number): LinearRow {
  const unit = rowUnit(row, scales)
  const at = activity(row, origin)
  return {
    columns: row.channels,
    coefficients: row.channels.map(
      (channel, k) => ((row.coefficients[k] as number) * (scales[channel] as number)) / unit,
    ),
    min: (row.min - at) / (unit * size),
    max: (row.max - at) / (unit * size),
  }
}
