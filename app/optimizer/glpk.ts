// Not "glpk.js": that entry needs a browser's Worker and fails in Node
import createGlpk, { type GLPK, type LP } from "glpk.js/node"
import { type LinearProgram, type LinearSolution, withoutColumns } from "./linear-program.ts"

/**
 * GLPK by glpk.js. Loading is asynchronous by its signature only and takes about a millisecond, so it is awaited at
 * import and solving is synchronous. An instance frees each problem after its solve: one serves all. An assertion that
 * fails inside GLPK aborts the instance and leaves its heap undefined, so a spare takes over.
 */
let glpk: GLPK = await createGlpk()
let spare: GLPK | undefined = await createGlpk()

/** Longer than any problem the service takes; a fuse against cycling, not a deadline: what it stops has failed. */
const limitSeconds = 20

/** The same for a program of its size: a thousand times as long as such a one takes. */
const fuseOf = ({ objective, rows }: LinearProgram): number =>
  Math.min(limitSeconds, 2 + 1e-5 * objective.length * rows.length)

/**
 * Solves by GLPK's simplex method. Its tolerances are 1e-7, absolute and relative: columns, rows and objective should be
 * scaled to about 1. Presolve stays off, because it takes longer than it saves here, and says UNDEF of an infeasible
 * program; but what is found infeasible without it is tried again with it: near the tolerance, perturbed bounds may hide
 * the feasible point that presolve finds.
 *
 * @throws RangeError where a number is NaN, or infinite other than as an open bound: GLPK aborts or answers wrongly.
 */
export function solveByGlpk(program: LinearProgram): LinearSolution {
  // GLPK aborts on a program without columns
  if (program.objective.length === 0) return withoutColumns(program)
  const lp = toGlpk(program)
  const seconds = Math.min(fuseOf(program), program.limitSeconds ?? limitSeconds)
  const first = run(lp, false, seconds)
  if (first.status === "optimal" || first.status === "unbounded") return first
  const second = run(lp, true, seconds)
  return second.status === "optimal" ? second : first
}

function run(lp: LP, presol: boolean, tmlim: number): LinearSolution {
  const values = new Float64Array(lp.objective.vars.length)
  const duals = new Float64Array(lp.subjectTo.length)
  let result: ReturnType<GLPK["solve"]>["result"]
  try {
    result = glpk.solve(lp, { presol, msglev: glpk.GLP_MSG_OFF, tmlim }).result
  } catch (error) {
    if (!(error instanceof Error && error.name === "RuntimeError")) throw error
    replaceInstance()
    return { status: "failed", values, duals }
  }
  for (let j = 0; j < values.length; j++) values[j] = result.vars[columnName(j)] ?? 0
  for (let i = 0; i < duals.length; i++) duals[i] = result.dual?.[rowName(i)] ?? 0
  switch (result.status) {
    case glpk.GLP_OPT:
      return { status: "optimal", values, duals }
    case glpk.GLP_NOFEAS:
      return { status: "infeasible", values, duals }
    case glpk.GLP_UNBND:
      return { status: "unbounded", values, duals }
    default:
      return { status: "failed", values, duals }
  }
}

function replaceInstance(): void {
  if (!spare) return
  glpk = spare
  spare = undefined
  createGlpk().then((instance) => {
    spare = instance
  })
}

/** Own names, never the user's: GLPK cuts names at 255 bytes, and an object's keys cannot all be names. */
const columnName = (index: number) => `x${index}`
const rowName = (index: number) => `r${index}`

function toGlpk({ objective, lower, upper, rows }: LinearProgram): LP {
  const columns = Array.from(objective, (coef, j) => ({ name: columnName(j), coef: finite(coef) }))
  return {
    name: "lp",
    objective: { direction: glpk.GLP_MAX, name: "objective", vars: columns },
    subjectTo: rows.map((row, i) => ({
      name: rowName(i),
      vars: Array.from(row.columns, (j, k) => ({ name: columnName(j), coef: finite(row.coefficients[k]) })),
      bnds: bounds(row.min, row.max),
    })),
    bounds: columns.map(({ name }, j) => ({ name, ...bounds(lower[j], upper[j]) })),
  }
}

/** GLPK takes a range whose ends are equal for an error, and then solves nothing. */
function bounds(low: number | undefined, high: number | undefined): { type: number; lb: number; ub: number } {
  if (low === undefined || high === undefined || !(low <= high))
    throw new RangeError(`a bound of a linear program is ${low} to ${high}: it must be a range`)
  if (low === high) return { type: glpk.GLP_FX, lb: finite(low), ub: finite(high) }
  if (low === -Infinity && high === Infinity) return { type: glpk.GLP_FR, lb: 0, ub: 0 }
  if (low === -Infinity) return { type: glpk.GLP_UP, lb: 0, ub: finite(high) }
  if (high === Infinity) return { type: glpk.GLP_LO, lb: finite(low), ub: 0 }
  return { type: glpk.GLP_DB, lb: finite(low), ub: finite(high) }
}

function finite(value: number | undefined): number {
  if (Number.isFinite(value)) return value as number
  throw new RangeError(`a number of a linear program is ${value}: it must be finite`)
}
