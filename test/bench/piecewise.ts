import { channelsOf } from "../../app/optimizer/channels.ts"
import type { LinearProgram } from "../../app/optimizer/linear-program.ts"
import type { Problem } from "../../app/optimizer/problem.ts"

export interface Piecewise {
  readonly program: LinearProgram
  /** The spends by channel index of a solution's values. */
  spends(values: ArrayLike<number>): number[]
}

/**
 * The piecewise-linear program of concave curves, as test/bench/python/piecewise.py makes it: a column for each of a
 * channel's equal segments, the channel's in a row. Spends are in units of the total, responses of the scale of all
 * curves, because the solvers want numbers of about 1.
 */
export function piecewiseOf(problem: Problem, segments: number): Piecewise {
  const { shapes } = channelsOf(problem.channels)
  const unit = problem.total?.amount ?? 1
  const upper: number[] = []
  const slopes: number[] = []
  for (const [i, { min, max }] of problem.channels.entries()) {
    const width = (max - min) / segments
    const at = (k: number) => shapes[i]?.response(min + k * width) ?? 0
    for (let k = 0; k < segments; k++) {
      upper.push(width / unit)
      slopes.push((at(k + 1) - at(k)) / width)
    }
  }
  const steepest = Math.max(...slopes)
  const low = problem.channels.map(({ min }) => min)
  const left = 1 - low.reduce((sum, min) => sum + min, 0) / unit
  return {
    spends: (values) =>
      low.map((min, i) => {
        let spend = min
        for (let k = 0; k < segments; k++) spend += unit * (values[i * segments + k] ?? 0)
        return spend
      }),
    program: {
      objective: slopes.map((slope) => slope / steepest),
      lower: new Float64Array(upper.length),
      upper,
      rows: [{ columns: upper.map((_, j) => j), coefficients: upper.map(() => 1), min: left, max: left }],
    },
  }
}
