import { solveByGlpk } from "../../app/optimizer/glpk.ts"
import { solveByHighs } from "../../app/optimizer/highs.ts"
import { solve } from "../../app/optimizer/index.ts"
import type { LinearSolver } from "../../app/optimizer/linear-program.ts"
import type { Method, Problem } from "../../app/optimizer/problem.ts"
import { piecewiseOf } from "./piecewise.ts"
import type { Shape } from "./problems.ts"
import type { Ask } from "./python.ts"

/** Segments of each channel's curve in the piecewise-linear programs, on both sides. */
export const segments = 50

/** Why a method gave no allocation. */
export class NotSolved extends Error {}

export interface Ours {
  readonly name: string
  readonly shape: Shape
  /** Problems with more channels are not asked: they would take minutes. */
  readonly most: number
  /** What is done once for many solves stands outside of what is returned, and is not timed. */
  prepare(problem: Problem): () => { allocation: ArrayLike<number>; gap?: number }
}

export interface Theirs {
  readonly name: string
  readonly shapes: readonly Shape[]
  readonly method: Ask["method"]
  readonly unit: number
}

/** Long enough that none but made-up problems need it. */
const deadlineSeconds = 20

function optimizer(name: string, shape: Shape, most: number, method: Method, solver?: LinearSolver): Ours {
  return {
    name,
    shape,
    most,
    prepare: (problem) => () => {
      const until = performance.now() + deadlineSeconds * 1000
      const expired = () => performance.now() > until
      const solution = solve({ ...problem, method }, { expired, ...(solver ? { solver } : {}) })
      if (!("allocation" in solution)) throw new NotSolved(solution.detail)
      if (solution.stopped) throw new NotSolved(`stopped by its ${solution.stopped} at a gap of ${solution.gap}`)
      return solution
    },
  }
}

function piecewise(name: string, most: number, solver: LinearSolver): Ours {
  return {
    name,
    shape: "concave",
    most,
    prepare(problem) {
      const { program, spends } = piecewiseOf(problem, segments)
      return () => {
        const { status, values } = solver(program)
        if (status !== "optimal") throw new NotSolved(`the solver says ${status}`)
        return { allocation: spends(values) }
      }
    },
  }
}

/** The first of a shape is what the others are compared with, and whose certificate bounds them all. */
export const ours: readonly Ours[] = [
  optimizer("kkt", "concave", Infinity, "kkt"),
  optimizer("lp on glpk.js", "concave", Infinity, "lp", solveByGlpk),
  optimizer("lp on HiGHS", "concave", Infinity, "lp", solveByHighs),
  piecewise(`glpk.js, ${segments} segments`, 100, solveByGlpk),
  piecewise(`HiGHS (WebAssembly), ${segments} segments`, 100, solveByHighs),
  optimizer("bnb", "S-shaped", Infinity, "bnb"),
  optimizer("mip on glpk.js", "S-shaped", 100, "mip", solveByGlpk),
  optimizer("mip on HiGHS", "S-shaped", 100, "mip", solveByHighs),
]

const both: readonly Shape[] = ["concave", "S-shaped"]

export const theirs: readonly Theirs[] = [
  { name: `SciPy linprog, ${segments} segments`, shapes: ["concave"], method: "linprog", unit: 1 },
  { name: "SLSQP", shapes: both, method: "slsqp", unit: 1 },
  { name: "SLSQP in thousands", shapes: both, method: "slsqp", unit: 1000 },
  { name: "grid search", shapes: both, method: "grid", unit: 1 },
]
