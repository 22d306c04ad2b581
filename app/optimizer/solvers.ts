import type { SolverName } from "../contract/solvers.ts"
import { solveByGlpk } from "./glpk.ts"
import type { LinearSolver } from "./linear-program.ts"

/** Loads a solver. HiGHS is 3.5 MB of WebAssembly, so whoever does not choose it does not load it. */
export async function loadSolver(name: SolverName): Promise<LinearSolver> {
  return name === "glpk" ? solveByGlpk : (await import("./highs.ts")).solveByHighs
}
