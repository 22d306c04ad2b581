import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { endingWith, type LinearProgram } from "../../../app/optimizer/linear-program.ts"
import { loadSolver } from "../../../app/optimizer/solvers.ts"
import runTask from "../../../app/results/solver-thread.ts"
import { hill, same } from "./periods.ts"

/** A dense program that takes a solver a tenth of a second or more. */
function large(): LinearProgram {
  let state = 1
  const random = () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
  const columns = Array.from({ length: 300 }, (_, j) => j)
  return {
    objective: columns.map(() => 1 + random()),
    lower: columns.map(() => 0),
    upper: columns.map(() => Infinity),
    rows: Array.from({ length: 250 }, () => ({
      columns,
      coefficients: columns.map(random),
      min: -Infinity,
      max: 100 + random(),
    })),
  }
}

describe("a single program ends with the time that is left", () => {
  for (const name of ["glpk", "highs"] as const)
    test(name, async () => {
      const solver = await loadSolver(name)
      const program = large()
      assert.equal(endingWith(solver, () => 0.01)(program).status, "failed")
      assert.equal(endingWith(solver, () => 1e6)(program).status, "optimal")
    })

  // Spends that work without end are searched channel by channel, and soon done; others on envelopes
  for (const [works, limits] of [
    [undefined, [-1000, 0, 5]],
    [9, [-1000, 0, 5, 300]],
  ] as const)
    test(`and what is not solved by then is called stopped, never infeasible: spends that work for ${works ?? "all"} periods`, async () => {
      const periods = 40
      const problem = {
        channels: [0.3, 0.5, 0.6].map((retention, c) => ({
          name: `${c}`,
          curve: hill(100, 20, 2.5, retention, works),
          today: 10,
          min: same(periods, 0),
          max: same(periods, 90),
        })),
        seasonality: same(periods, 1),
        afterHorizon: "ignored" as const,
        total: { amount: 700, spend: "exactly" as const },
        constraints: [],
        objective: { goal: "response" as const },
      }
      for (const left of limits) {
        const solution = await runTask({ problem, solver: "glpk", stopAt: Date.now() + left })
        assert.ok(typeof solution === "object" && "status" in solution)
        assert.ok(["stopped", "feasible"].includes(solution.status), JSON.stringify(solution))
        if ("gap" in solution) assert.deepEqual([solution.stopped, solution.gap > 1e-6], ["deadline", true])
      }
    })
})
