/** A linear program: maximize objective · x within lower ≤ x ≤ upper and min ≤ row · x ≤ max. Bounds may be infinite. */
export interface LinearProgram {
  readonly objective: ArrayLike<number>
  readonly lower: ArrayLike<number>
  readonly upper: ArrayLike<number>
  readonly rows: readonly LinearRow[]
  /** When to give it up as failed; the solver's own fuse if left out or longer. */
  readonly limitSeconds?: number
}

export interface LinearRow {
  /** Indices of the columns with a coefficient, each once. */
  readonly columns: ArrayLike<number>
  readonly coefficients: ArrayLike<number>
  readonly min: number
  readonly max: number
}

export interface LinearSolution {
  /** "failed": the solver gave up or broke down; nothing is known. */
  readonly status: "optimal" | "infeasible" | "unbounded" | "failed"
  readonly values: Float64Array
  /** By row: what one more unit of its binding bound adds to the objective; below 0 where a min binds. */
  readonly duals: Float64Array
}

/** A solver of linear programs: the whole of what the optimizer asks of one. Synchronous; equal input, equal output. */
export type LinearSolver = (program: LinearProgram) => LinearSolution

/** What either solver lets a row be off by. */
const tolerance = 1e-7

/** The solution of a program without columns, which solvers take for an error, or for empty whatever its rows ask. */
export function withoutColumns({ rows }: LinearProgram): LinearSolution {
  const holds = rows.every(({ min, max }) => min <= tolerance && max >= -tolerance)
  return {
    status: holds ? "optimal" : "infeasible",
    values: new Float64Array(),
    duals: new Float64Array(rows.length),
  }
}

/** A solver whose programs end when the time that is left does: one program may take longer than that. */
export const endingWith =
  (solver: LinearSolver, secondsLeft: () => number): LinearSolver =>
  (program) =>
    solver({ ...program, limitSeconds: Math.max(0, secondsLeft()) })
