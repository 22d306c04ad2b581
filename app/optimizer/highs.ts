import highsModule from "highs"
import { type LinearProgram, type LinearSolution, withoutColumns } from "./linear-program.ts"

/** HiGHS by its sparse interface: its text format takes up to 2.6 times as long. Loaded where it is chosen only. */
const highs = await loader()()
const { modelStatus, objectiveSense } = highs.constants

/** The package types its default export as its CommonJS build has it; an import gets the function itself. */
function loader(): typeof highsModule.default {
  const loaded: unknown = highsModule
  if (typeof loaded !== "function") throw new TypeError("highs has no function as its default export")
  return loaded as typeof highsModule.default
}

/** As long as GLPK is given: a fuse against cycling, not a deadline. */
const limitSeconds = 20

/**
 * Solves by the simplex method of HiGHS. Its tolerances are 1e-7, absolute: columns, rows and objective should be scaled to
 * about 1. A model lives in the memory of HiGHS until it is disposed of: none outlives its solve.
 *
 * @throws RangeError where a number is NaN, or infinite other than as an open bound.
 */
export function solveByHighs(program: LinearProgram): LinearSolution {
  const { objective, rows } = program
  check(program)
  // HiGHS calls a program without columns empty, whatever its rows ask for
  if (objective.length === 0) return withoutColumns(program)
  const values = new Float64Array(objective.length)
  const duals = new Float64Array(rows.length)
  try {
    return run(program, values, duals)
  } catch (error) {
    // What HiGHS refuses outright, such as a coefficient of more than 1e15, is no fault of the caller's
    if (error instanceof Error && error.name === "HighsError") return { status: "failed", values, duals }
    throw error
  }
}

function run(
  { objective, lower, upper, rows, limitSeconds: left = limitSeconds }: LinearProgram,
  values: Float64Array,
  duals: Float64Array,
): LinearSolution {
  const starts = [0]
  for (const { columns } of rows) starts.push((starts.at(-1) ?? 0) + columns.length)
  const model = highs.createModel({
    numCols: values.length,
    numRows: rows.length,
    sense: objectiveSense.maximize,
    colCost: Float64Array.from(objective),
    colLower: Float64Array.from(lower),
    colUpper: Float64Array.from(upper),
    rowLower: rows.map(({ min }) => min),
    rowUpper: rows.map(({ max }) => max),
    matrix: {
      format: "csr",
      numRows: rows.length,
      numCols: values.length,
      starts,
      indices: rows.flatMap(({ columns }) => Array.from(columns)),
      values: rows.flatMap(({ coefficients }) => Array.from(coefficients)),
    },
  })
  try {
    // Presolve would call some programs "unbounded or infeasible" and not say which
    const time_limit = Math.min(limitSeconds, left)
    model.options.set({ output_flag: false, solver: "simplex", presolve: "off", time_limit })
    model.run()
    const status = statusOf(model.getModelStatus())
    if (status !== "optimal") return { status, values, duals }
    const { colValue, rowDual } = model.getSolution()
    return { status, values: colValue, duals: rowDual }
  } finally {
    model.dispose()
  }
}

function statusOf(status: number): LinearSolution["status"] {
  switch (status) {
    case modelStatus.optimal:
      return "optimal"
    case modelStatus.infeasible:
      return "infeasible"
    case modelStatus.unbounded:
      return "unbounded"
    default:
      return "failed"
  }
}

/** HiGHS takes an infinite coefficient for a bound, and drops a program with NaN only after it has been copied. */
function check({ objective, lower, upper, rows }: LinearProgram): void {
  for (const value of Array.from(objective)) finite(value)
  for (let j = 0; j < objective.length; j++) range(lower[j], upper[j])
  for (const { min, max, coefficients } of rows) {
    range(min, max)
    for (const value of Array.from(coefficients)) finite(value)
  }
}

function finite(value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`a number of a linear program is ${value}: it must be finite`)
}

function range(low: number | undefined, high: number | undefined): void {
  if (low === undefined || high === undefined || !(low <= high))
    throw new RangeError(`a bound of a linear program is ${low} to ${high}: it must be a range`)
}
