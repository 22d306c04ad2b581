import { type Channels, sum } from "../channels.ts"
import { type Polytope, rowUnit, scaledRow } from "../feasible.ts"
import type { Goal, Target } from "../goal.ts"
import type { LinearRow, LinearSolver } from "../linear-program.ts"
import type { Pieces } from "../pieces.ts"
import { type Exposure, exposureAt } from "./exposures.ts"

/** One linear program: pieces above the curves of exposures, which links make of the spends. */
export interface Program {
  readonly goal: Goal
  readonly polytope: Polytope
  readonly exposures: readonly Exposure[]
  /** Concave, by exposure, with the bounds of each. */
  readonly channels: Channels
  /** By exposure, from its min. */
  readonly pieces: readonly Pieces[]
  /** What is 1 in the program, by spend and by exposure. */
  readonly spendScales: Float64Array
  readonly exposureScales: Float64Array
}

export interface Solved {
  readonly spends: Float64Array
  /** By exposure, what one more unit of it adds to the goal; below 0 where its max binds. */
  readonly values: Float64Array
  /** By row of the polytope, in units of the goal per unit of the row; below 0 where a min binds. */
  readonly rows: Float64Array
  /** What one unit less of the goal's target adds to the goal; 0 where there is none. */
  readonly target: number
}

/** The largest coefficient of an objective: solvers leave out what a column earns below 1e-7, and there are many. */
export const digits = 100

/**
 * Columns: spends over their mins, then the pieces of every exposure. Rows: the polytope's, then a link an exposure:
 * pieces − Σ weight · spend = what the exposure has of the past and of the mins; last the goal's target, where there is one.
 */
export function solveProgram(program: Program, solver: LinearSolver): Solved | "infeasible" | "failed" {
  const { goal, polytope, exposures, channels, pieces, spendScales, exposureScales } = program
  const { min, max, rows } = polytope
  const objective = Array.from(spendScales, (scale) => -goal.price * scale)
  const upper = Array.from(spendScales, (scale, j) => ((max[j] as number) - (min[j] as number)) / scale)
  // A spend that cannot move has no part in the links: beside it an exposure's range would be all rounding
  const moving = spendScales.map((scale, j) => ((max[j] as number) > (min[j] as number) ? scale : 0))
  const links = exposures.map((exposure, e): LinearRow => {
    const scale = exposureScales[e] as number
    const unit = linkUnit(exposure, moving, scale)
    const columns: number[] = []
    const { widths, slopes } = pieces[e] as Pieces
    widths.forEach((width, k) => {
      columns.push(objective.length)
      objective.push(goal.weight * (slopes[k] as number) * scale)
      upper.push(width / scale)
    })
    const least = (exposureAt(exposure, min) - (channels.min[e] as number)) / unit
    return {
      columns: [...columns, ...exposure.columns],
      coefficients: [
        ...columns.map(() => scale / unit),
        ...exposure.columns.map((j, k) => (-(exposure.weights[k] as number) * (moving[j] as number)) / unit),
      ],
      min: least,
      max: least,
    }
  })
  const unit = sizeOf(objective, upper) / digits || 1
  const target = goal.target && targetRow(program, goal.target, upper)
  const solution = solver({
    objective: objective.map((coefficient) => coefficient / unit),
    lower: new Float64Array(objective.length),
    upper,
    rows: [...rows.map((row) => scaledRow(row, spendScales, min, 1)), ...links, ...(target ? [target.row] : [])],
  })
  if (solution.status === "infeasible") return "infeasible"
  if (solution.status !== "optimal") return "failed"
  return {
    spends: spendScales.map((scale, j) =>
      Math.min(
        max[j] as number,
        Math.max(min[j] as number, (min[j] as number) + (solution.values[j] as number) * scale),
      ),
    ),
    values: exposureScales.map(
      (scale, e) =>
        ((solution.duals[rows.length + e] as number) * unit) / linkUnit(exposures[e] as Exposure, moving, scale),
    ),
    rows: Float64Array.from(rows, (row, r) => ((solution.duals[r] as number) * unit) / rowUnit(row, spendScales)),
    target: target ? (Math.max(0, -(solution.duals[rows.length + links.length] as number)) * unit) / target.unit : 0,
  }
}

/** The largest that one column adds over its whole width, or a unit of it. */
const sizeOf = (coefficients: readonly number[], upper: readonly number[]): number =>
  coefficients.reduce((size, value, j) => Math.max(size, Math.abs(value) * Math.min(1, upper[j] as number)), 0)

/** What pieces and spends add to the target's surplus over that of the mins, divided by `unit`. */
function targetRow(
  { polytope: { min }, pieces, spendScales, exposureScales }: Program,
  { weight, price, least }: Target,
  upper: readonly number[],
): { readonly row: LinearRow; readonly unit: number } {
  const coefficients = [
    ...Array.from(spendScales, (scale) => -price * scale),
    ...pieces.flatMap(({ slopes }, e) => slopes.map((slope) => weight * slope * (exposureScales[e] as number))),
  ]
  const start = pieces.reduce((value, piece) => value + weight * piece.start, -least - price * sum(min))
  const unit = sizeOf(coefficients, upper) || 1
  const worst = coefficients.reduce((value, each, j) => value + Math.min(0, each * (upper[j] as number)), start)
  return {
    unit,
    row: {
      columns: [...coefficients.keys()],
      coefficients: coefficients.map((coefficient) => coefficient / unit),
      // What always holds may be so far away that solvers break down on it
      min: worst >= 0 ? -Infinity : -start / unit,
      max: Infinity,
    },
  }
}

/**
 * The largest coefficient of a link before it is divided by that: of an exposure that a search holds in a narrow range
 * the spends' are by far the larger, and coefficients of 1e12 make GLPK cycle until its time is up.
 */
const linkUnit = ({ columns, weights }: Exposure, spendScales: Float64Array, scale: number): number =>
  columns.reduce((unit, j, k) => Math.max(unit, (weights[k] as number) * (spendScales[j] as number)), scale)
