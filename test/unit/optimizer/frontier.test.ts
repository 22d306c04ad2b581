import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { canSweep, frontier } from "../../../app/optimizer/frontier.ts"
import { type Problem, solve } from "../../../app/optimizer/index.ts"
import type { Curve } from "../../../app/optimizer/schema.ts"
import { checkOptimum, difference, expectOptimal } from "./expect.ts"
import { between, runs, simpleProblem } from "./generate.ts"

const shares = fc.array(between(0, 1.2), { minLength: 2, maxLength: 12 })

describe("the frontier of a problem", () => {
  test("is what each total gives alone, certified", () => {
    let optimal = 0
    fc.assert(
      fc.property(simpleProblem(), shares, (problem, given) => {
        const least = problem.channels.reduce((sum, { min }) => sum + min, 0)
        const most = problem.channels.reduce((sum, { max }) => sum + max, 0)
        const totals = given.map((share) => 0.98 * least + share * (most - least)).sort((a, b) => a - b)
        const spend = problem.total?.spend ?? "exactly"
        const swept = [...frontier(problem, totals, spend)]
        assert.equal(swept.length, totals.length)
        swept.forEach((solution, i) => {
          const alone: Problem = { ...problem, total: { amount: totals[i] ?? 0, spend } }
          const expected = solve(alone)
          assert.equal(solution.status, expected.status)
          if (solution.status === "infeasible") assert.deepEqual(solution, expected)
          if (solution.status !== "optimal" || expected.status !== "optimal") return
          optimal += 1
          checkOptimum(alone, solution)
          assert.ok(difference(alone, solution, expected) <= 1e-12, `${solution.objective}, not ${expected.objective}`)
        })
      }),
      runs(300),
    )
    assert.ok(optimal > 1000, `${optimal} points`)
  })

  test("rises less and less: each total earns at most its shadow price more than the one before", () => {
    fc.assert(
      fc.property(simpleProblem({ goal: "response" }), (problem) => {
        const most = problem.channels.reduce((sum, { max }) => sum + max, 0)
        const least = problem.channels.reduce((sum, { min }) => sum + min, 0)
        const totals = [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => least + share * (most - least))
        const points = [...frontier(problem, totals, "exactly")].map(expectOptimal)
        for (const [i, point] of points.slice(1).entries()) {
          const before = points[i]
          assert.ok(before !== undefined)
          const step = (totals[i + 1] ?? 0) - (totals[i] ?? 0)
          assert.ok(point.response - before.response <= before.totalShadowPrice * step * (1 + 1e-9))
          assert.ok(point.totalShadowPrice <= before.totalShadowPrice * (1 + 1e-9) + 1e-300)
        }
      }),
      runs(200),
    )
  })

  test("takes fewer steps than as many searches from nothing", () => {
    const curve = (i: number): Curve => ({ type: "hill", scale: 50 + 7 * i, halfSaturation: 100 + 13 * i, slope: 0.9 })
    const channels = Array.from({ length: 60 }, (_, i) => ({
      name: `c${i}`,
      curve: curve(i),
      today: 0,
      min: 0,
      max: Infinity,
    }))
    const problem: Problem = { channels, constraints: [], objective: { goal: "response" }, method: "auto" }
    const totals = Array.from({ length: 50 }, (_, i) => 2_000 + 100 * i)
    const steps = (solutions: Iterable<ReturnType<typeof solve>>) =>
      [...solutions].reduce((sum, solution) => sum + expectOptimal(solution).iterations, 0)
    const warm = steps(frontier(problem, totals, "exactly"))
    const cold = steps(totals.map((amount) => solve({ ...problem, total: { amount, spend: "exactly" } })))
    assert.ok(warm < cold, `${warm} steps warm, ${cold} cold`)
  })

  test("is refused where totals fall or are no numbers, and where no path leads", () => {
    const problem = (curve: Curve): Problem => ({
      channels: [{ name: "a", curve, today: 0, min: 0, max: 9 }],
      constraints: [],
      objective: { goal: "response" },
      method: "auto",
    })
    const line = problem({ type: "linear", slope: 1 })
    assert.throws(() => [...frontier(line, [2, 1], "exactly")], /^RangeError: totals\[1\] is 1: totals must be numbers/)
    assert.throws(() => [...frontier(line, [Number.NaN], "exactly")], /totals\[0\] is NaN/)
    assert.throws(() => [...frontier(line, [1e16], "at-most")], /total.amount is 10000000000000000/)
    const shaped = problem({ type: "power", scale: 1, exponent: 2 })
    assert.equal(canSweep(shaped), false)
    assert.throws(() => [...frontier(shaped, [1], "exactly")], /only concave curves without/)
    assert.equal(canSweep(line), true)
    assert.equal(canSweep({ ...line, channels: line.channels.map((one) => ({ ...one, minIfUsed: 3 })) }), false)
    assert.equal(canSweep({ ...line, method: "lp" }), false)
    assert.equal(canSweep({ ...line, constraints: [{ name: "r", coefficients: { a: 1 }, max: 2 }] }), false)
  })
})
