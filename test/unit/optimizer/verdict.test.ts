import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { verdictOf } from "../../../app/optimizer/certificate.ts"
import { solveByGlpk } from "../../../app/optimizer/glpk.ts"
import { type Problem, solve } from "../../../app/optimizer/index.ts"
import type { LinearSolver } from "../../../app/optimizer/linear-program.ts"
import { solvePeriods } from "../../../app/optimizer/periods/solve.ts"
import { hill, same } from "./periods.ts"

describe("an answer whose gap is not closed says why", () => {
  /** Nothing can be spent, as only both rows together say: no price of theirs says it of curves that start upright. */
  const problem: Problem = {
    channels: ["tv", "radio"].map((name) => ({
      name,
      curve: { type: "power", scale: 5, exponent: 0.5 },
      today: 10,
      min: 0,
      max: 100,
    })),
    constraints: [
      { name: "half", coefficients: { tv: 1, radio: -0.5 }, max: 0 },
      { name: "other half", coefficients: { radio: 1, tv: -0.5 }, max: 0 },
    ],
    objective: { goal: "response" },
    method: "lp",
  }
  /** Without duals nothing bounds the goal but what each channel would do by itself. */
  const blind: LinearSolver = (program) => ({ ...solveByGlpk(program), duals: new Float64Array(program.rows.length) })

  test("by the search's end, or by its numbers where it was not ended", () => {
    assert.deepEqual(verdictOf(1e-6, "limit"), { status: "optimal", stopped: null })
    assert.deepEqual(verdictOf(2e-6, "limit"), { status: "feasible", stopped: "limit" })
    assert.deepEqual(verdictOf(2e-6, null), { status: "feasible", stopped: "precision" })
    assert.deepEqual(verdictOf(Infinity, null), { status: "feasible", stopped: "precision" })
  })

  for (const method of ["lp", "mip"] as const)
    test(`by ${method}, as over periods`, () => {
      const reason = (expired: boolean) => {
        const found = solve({ ...problem, method }, { expired: () => expired, mostNodes: 20 })
        return "gap" in found ? [found.status, found.stopped, found.gap > 1e-6] : found
      }
      assert.deepEqual(reason(false), ["feasible", "precision", true])
      assert.deepEqual(reason(true), ["feasible", "deadline", true])
      const shaped = hill(100, 20, method === "lp" ? 0.8 : 2, 0.5)
      const several = {
        channels: [0, 1].map((c) => ({ name: `${c}`, curve: shaped, today: 0, min: same(2, 0), max: same(2, 50) })),
        seasonality: same(2, 1),
        afterHorizon: "ignored" as const,
        total: { amount: 60, spend: "exactly" as const },
        constraints: [],
        objective: { goal: "response" as const },
      }
      const found = solvePeriods(several, { solver: blind, mostNodes: 1 })
      assert.ok("gap" in found, JSON.stringify(found))
      assert.deepEqual([found.status, found.method], ["feasible", method])
      assert.equal(found.stopped, method === "lp" ? "precision" : "limit")
    })
})
