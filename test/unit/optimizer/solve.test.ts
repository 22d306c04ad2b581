import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { response } from "../../../app/optimizer/curves.ts"
import { type Problem, solve } from "../../../app/optimizer/index.ts"
import { checkOptimum, difference, expectOptimal } from "./expect.ts"
import { between, channels, constrainedProblem, runs, simpleProblem } from "./generate.ts"
import { highest, mostResponse } from "./reference.ts"

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe("against references", () => {
  test("kkt earns no less than moving spend about does, and no more than its price allows, on 500 problems", () => {
    fc.assert(
      fc.property(simpleProblem({ goal: "response" }), (problem) => {
        const solution = expectOptimal(solve(problem))
        checkOptimum(problem, solution)
        assert.ok(solution.gap <= 1e-13, `gap ${solution.gap}`)
        const amount = problem.total?.amount ?? 0
        const reference = mostResponse(problem.channels, amount)
        assert.ok(solution.response >= reference * (1 - 1e-9), `${solution.response}, not ${reference}`)
        // No price of the total may leave any room above: each channel's best by golden sections, not by the solver
        const price = solution.totalShadowPrice
        const bound = problem.channels.reduce(
          (sum, { curve, min, max }) => sum + highest((spend) => response(curve, spend) - price * spend, min, max),
          price * amount,
        )
        const size = solution.response + price * amount
        assert.ok(Math.abs(bound - solution.response) <= 1e-9 * size, `${solution.response}, at most ${bound}`)
      }),
      runs(500),
    )
  })

  test("kkt is no worse than any point of a grid, for every goal", () => {
    fc.assert(
      fc.property(simpleProblem(), (whole) => {
        const problem = { ...whole, channels: whole.channels.slice(0, 2) }
        const { total, objective, channels } = problem
        const solution = solve(problem)
        const steps = 30
        let feasible = 0
        for (let a = 0; a <= steps; a++)
          for (let b = 0; b <= (channels.length > 1 ? steps : 0); b++) {
            const spends = channels.map(({ min, max }, i) => min + ((i === 0 ? a : b) / steps) * (max - min))
            const spend = sum(spends)
            if (total?.spend === "exactly" || (total && spend > total.amount)) continue
            const pinned = channels.map((channel, i) => ({ ...channel, min: spends[i] ?? 0, max: spends[i] ?? 0 }))
            const { total: _, ...rest } = problem
            const value = solve({ ...rest, channels: pinned })
            if (value.status !== "optimal") continue
            feasible++
            const best = expectOptimal(solution)
            const sign = objective.goal === "least-spend" ? -1 : 1
            const size = Math.max(Math.abs(best.objective), Math.abs(value.objective))
            assert.ok(
              sign * (best.objective - value.objective) >= -1e-9 * size,
              `${value.objective} beats ${best.objective}`,
            )
          }
        if (solution.status === "infeasible") assert.equal(feasible, 0)
      }),
      runs(60),
    )
  })

  test("lp splits a total between two groups as well as any split does", () => {
    fc.assert(
      fc.property(
        channels(1, { minLength: 4, maxLength: 4 }),
        between(0.1, 0.9),
        between(0.1, 0.9),
        (list, share, part) => {
          const [a, b] = [list.slice(0, 2), list.slice(2)]
          const least = (group: typeof list) => sum(group.map(({ min }) => min))
          const most = (group: typeof list) => sum(group.map(({ max }) => max))
          const total = least(list) + share * (most(list) - least(list))
          const low = Math.max(least(a), total - most(b))
          const high = Math.min(most(a), total - least(b))
          const cap = low + part * (high - low)
          const problem: Problem = {
            channels: list,
            total: { amount: total, spend: "exactly" },
            constraints: [{ name: "first", coefficients: { c0: 1, c1: 1 }, max: cap }],
            objective: { goal: "response" },
            method: "auto",
          }
          const solution = expectOptimal(solve(problem))
          checkOptimum(problem, solution)
          const reference = highest((of) => mostResponse(a, of) + mostResponse(b, total - of), low, cap)
          assert.ok(
            Math.abs(solution.response - reference) <= 1e-6 * reference,
            `${solution.response}, not ${reference}`,
          )
        },
      ),
      runs(60),
    )
  })
})

describe("both methods", () => {
  test("agree on 400 problems of every goal", () => {
    let optimal = 0
    fc.assert(
      fc.property(simpleProblem(), (problem) => {
        const exact = solve(problem)
        const programs = solve({ ...problem, method: "lp" })
        assert.equal(programs.status, exact.status)
        if (exact.status !== "optimal" || programs.status !== "optimal") return
        optimal++
        assert.equal(exact.method, "kkt")
        assert.equal(programs.method, "lp")
        checkOptimum(problem, exact)
        checkOptimum(problem, programs)
        assert.ok(difference(problem, exact, programs) <= 1e-6, `${exact.objective}, ${programs.objective}`)
      }),
      runs(400),
    )
    assert.ok(optimal > 250, `${optimal} had a solution`)
  })

  test("hold every constraint and certify the gap, on 600 constrained problems", () => {
    let optimal = 0
    fc.assert(
      fc.property(constrainedProblem, (problem) => {
        const solution = solve(problem)
        if (solution.status !== "optimal") return assert.equal(solution.status, "infeasible")
        optimal++
        checkOptimum(problem, solution)
      }),
      runs(600),
    )
    assert.ok(optimal > 150, `${optimal} had a solution`)
  })

  test("answer the same to the last bit", () => {
    fc.assert(
      fc.property(fc.oneof(simpleProblem(), constrainedProblem), (problem) => {
        const first = solve(problem)
        solve({ ...problem, method: "lp", objective: { goal: "response" } })
        assert.deepEqual(solve(structuredClone(problem)), first)
      }),
      runs(60),
    )
  })
})
