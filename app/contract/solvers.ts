/** The solvers of linear programs, by name: the first is the one that is meant if none is. */
export const solverNames = ["glpk", "highs"] as const
export type SolverName = (typeof solverNames)[number]
