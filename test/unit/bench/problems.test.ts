import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { solveByGlpk } from "../../../app/optimizer/glpk.ts"
import { solve } from "../../../app/optimizer/index.ts"
import { neededModels, prepare } from "../../../app/results/problem.ts"
import { checkRequest } from "../../../app/results/request.ts"
import { piecewiseOf } from "../../bench/piecewise.ts"
import { bodiesOf, problemOf, requestOf, shapes } from "../../bench/problems.ts"
import { offOf, resultOf } from "../../bench/solve.ts"

const small = { channels: 5, shape: "concave", seed: 3 } as const

describe("problems of the benchmark", () => {
  test("the same instance is the same problem, another seed another", () => {
    assert.deepEqual(problemOf(small), problemOf(small))
    assert.notDeepEqual(problemOf(small), problemOf({ ...small, seed: 4 }))
  })

  test("each shape is solved by its own method, and certified", () => {
    const methods = shapes.map((shape) => {
      const solution = solve(problemOf({ ...small, shape }))
      assert.equal(solution.status, "optimal")
      return "method" in solution && solution.method
    })
    assert.deepEqual(methods, ["kkt", "bnb"])
  })

  test("the app takes a request for the very problem", () => {
    const problem = problemOf({ ...small, shape: "S-shaped" })
    const request = checkRequest(requestOf(problem, false))
    assert.deepEqual(neededModels(request), [])
    assert.deepEqual(prepare(request, [], []).problem, problem)
  })

  test("a stream has each body once, all taken by the app, with totals within a fifth", () => {
    const problems = [problemOf(small), problemOf({ ...small, seed: 4 })]
    const next = bodiesOf(problems, true)
    const bodies = Array.from({ length: 1000 }, next)
    assert.equal(new Set(bodies).size, 1000)
    for (const [k, body] of bodies.entries()) {
      const { store, constraints, budget } = checkRequest(JSON.parse(body))
      const { channels, total } = problems[k % 2] ?? problemOf(small)
      assert.equal(store, true)
      assert.deepEqual(
        Object.keys(budget),
        channels.map(({ name }) => name),
      )
      const share = (constraints?.total ?? 0) / (total?.amount ?? 0)
      assert.ok(share >= 0.8 && share <= 1.2, `${share}`)
    }
    assert.throws(bodiesOf([], true), /problems is empty/)
  })
})

describe("the piecewise-linear program", () => {
  test("spends the total and comes near the optimum, nearer with more segments", () => {
    const problem = problemOf(small)
    const exact = solve(problem)
    assert.ok("response" in exact)
    const gaps = [5, 50, 500].map((segments) => {
      const { program, spends } = piecewiseOf(problem, segments)
      const allocation = Float64Array.from(spends(solveByGlpk(program).values))
      assert.ok(offOf(problem, allocation) < 1e-9)
      const outcome = { milliseconds: 1, allocation }
      const { gap } = resultOf("lp", [outcome], { problems: [problem], bounds: [exact.bound], first: [outcome] })
      return gap?.median ?? Number.NaN
    })
    const [coarse = 0, middle = 0, fine = 0] = gaps
    assert.ok(coarse > middle && middle > fine && fine >= 0, `${gaps}`)
    assert.ok(middle < 1e-3, `${gaps}`)
  })
})

describe("what is said of a method", () => {
  const problem = problemOf(small)
  const exact = solve(problem)
  const allocation = "allocation" in exact ? exact.allocation : []
  const bound = "bound" in exact ? exact.bound : Number.NaN

  test("times, ratios to the first method, gaps and failures", () => {
    const first = [
      { milliseconds: 2, allocation, certified: 1e-9 },
      { milliseconds: 4, allocation, certified: 1e-7 },
    ]
    const context = { problems: [problem, problem], bounds: [bound, 2 * bound], first }
    const { gap, ...itself } = resultOf("kkt", first, context)
    assert.deepEqual(itself, {
      name: "kkt",
      asked: 2,
      solved: 2,
      failures: [],
      time: { median: 3, min: 2, max: 4 },
      off: offOf(problem, Float64Array.from(allocation)),
      certified: 1e-7,
    })
    assert.ok(Math.abs((gap?.max ?? 0) - 0.5) < 1e-12 && Math.abs(gap?.min ?? 1) < 1e-12)
    const other = resultOf("other", [{ error: "stopped" }, { milliseconds: 12, allocation }], context)
    assert.deepEqual(other.ratio, { median: 3, min: 3, max: 3 })
    assert.deepEqual([other.asked, other.solved, other.failures, other.certified], [2, 1, ["stopped"], undefined])
  })

  test("a total that is missed and a bound that is passed are seen", () => {
    const [first = 0, ...rest] = problem.channels
    const zero = new Float64Array(problem.channels.length)
    assert.equal(offOf(problem, zero), 1)
    assert.ok(first !== 0 && rest.length === 4)
    zero[0] = 1.5 * first.max
    const amount = problem.total?.amount ?? 0
    assert.equal(offOf(problem, zero), Math.max(0.5, Math.abs(zero[0] - amount) / amount))
  })

  test("a spend below its min is seen where the total is met", () => {
    const [first, second] = problem.channels
    const spends = Float64Array.from(allocation)
    assert.ok(first && second && offOf(problem, spends) < 1e-12)
    const moved = (spends[0] ?? 0) + 0.25 * first.max
    spends[0] = -0.25 * first.max
    spends[1] = (spends[1] ?? 0) + moved
    const above = (spends[1] - second.max) / second.max
    assert.ok(Math.abs(offOf(problem, spends) - Math.max(0.25, above)) < 1e-12)
    assert.ok(above < 0.25, `${above}`)
  })
})
