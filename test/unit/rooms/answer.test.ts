import assert from "node:assert/strict"
import { describe, it } from "node:test"
import type { Model } from "../../../app/models/schema.ts"
import { solve } from "../../../app/optimizer/index.ts"
import type { Curve } from "../../../app/optimizer/schema.ts"
import { ProblemError } from "../../../app/problem.ts"
import { answerOf } from "../../../app/results/answer.ts"
import { neededModels, prepare } from "../../../app/results/problem.ts"
import { solutionKey } from "../../../app/results/question.ts"
import { checkRequest } from "../../../app/results/request.ts"

const circumstances = { id: "id", createdAt: "2026-01-01T00:00:00.000Z", stored: true, cached: false, timeMs: 1 }

function model(name: string, curve: Curve, example = false): Model {
  return { name, version: 4, curve, unit: "sales", description: "", example, createdAt: "", createdBy: "" }
}

function answer(body: unknown, models: (Model | undefined)[] = []) {
  const request = checkRequest(body)
  const prepared = prepare(request, neededModels(request), models)
  return answerOf(request, prepared, solve(prepared.problem), circumstances)
}

it("a solution that left the range of numbers is no answer", () => {
  const request = checkRequest({ budget: { a: 1 }, curves: { a: { type: "linear", slope: 1 } } })
  const prepared = prepare(request, neededModels(request), [])
  const solution = solve(prepared.problem)
  assert.ok(solution.status === "optimal")
  assert.equal(answerOf(request, prepared, solution, circumstances).allocation.a, 1)
  for (const broken of [{ allocation: [Number.NaN] }, { response: Number.POSITIVE_INFINITY }, { gap: Number.NaN }]) {
    assert.throws(
      () => answerOf(request, prepared, { ...solution, ...broken }, circumstances),
      (error) => error instanceof ProblemError && error.code === "not-solvable" && /too far apart/.test(error.message),
    )
  }
})

const near = (actual: number | null | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${actual}`)

describe("a problem from a request", () => {
  const curves = { a: { type: "linear", slope: 1 }, b: { type: "linear", slope: 2 } }
  const problem = (body: object) => {
    const request = checkRequest({ budget: { b: 10, a: 30 }, curves, ...body })
    return prepare(request, [], []).problem
  }

  it("spends exactly today's sum for the goal response, unless the request says otherwise", () => {
    assert.deepEqual(problem({}).total, { amount: 40, spend: "exactly" })
    assert.deepEqual(problem({ constraints: { total: 7, spend: "at-most" } }).total, { amount: 7, spend: "at-most" })
  })

  it("has no total for the other goals unless the request sets one, and then as a limit", () => {
    const objective = { goal: "profit", valuePerResponse: 3 }
    assert.equal(problem({ objective }).total, undefined)
    assert.deepEqual(problem({ objective, constraints: { total: 7 } }).total, { amount: 7, spend: "at-most" })
    assert.deepEqual(problem({ objective: { goal: "roi", target: 2 } }).objective, {
      goal: "roi",
      target: 2,
      valuePerResponse: 1,
    })
  })

  it("is in order of channel name, with shares turned into money and pins into bounds", () => {
    const { channels, constraints } = problem({
      constraints: {
        channels: { a: { min: { share: 0.5 } }, b: { pinned: true } },
        groups: [{ name: "g", channels: ["b", "a"], max: { share: 2 } }],
        linear: [{ name: "l", coefficients: { a: -1 }, min: -5 }],
      },
    })
    assert.deepEqual(
      channels.map(({ name, today, min, max }) => [name, today, min, max]),
      [
        ["a", 30, 15, Infinity],
        ["b", 10, 10, 10],
      ],
    )
    assert.deepEqual(constraints, [
      { name: "/constraints/groups/0", coefficients: { b: 1, a: 1 }, max: 80 },
      { name: "/constraints/linear/0", coefficients: { a: -1 }, min: -5 },
    ])
  })

  it("has one cache key however it is written, and another for any other number", () => {
    const key = (body: object) => solutionKey(problem(body))
    const swapped = { budget: { a: 30, b: 10 }, curves: { b: { slope: 2, type: "linear" }, a: curves.a } }
    assert.equal(key(swapped), key({}))
    assert.notEqual(key({ budget: { a: 30, b: 11 } }), key({}))
    assert.notEqual(key({ constraints: { channels: { a: { max: 1e15 } } } }), key({}))
    assert.match(key({}), /^atlas:solution:5:[\w-]{43}$/)
  })
})

describe("an answer", () => {
  it("says what each channel earns, by hand-computed numbers", () => {
    // Responses 100·x/(100+x): equal curves share the total equally, 50 each: response 100/3, marginal 100·100/150².
    const curve: Curve = { type: "michaelis-menten", scale: 100, halfSaturation: 100 }
    const given = answer({ budget: { z: 100, a: 0 } }, [model("z", curve, true), model("a", curve)])
    assert.deepEqual(Object.keys(given.allocation), ["z", "a"])
    near(given.allocation.z, 50)
    near(given.allocation.a, 50)
    const [z, a] = given.channels
    assert.deepEqual(z?.today, { spend: 100, response: 50 })
    assert.deepEqual(a?.today, { spend: 0, response: 0 })
    near(z?.response, 100 / 3)
    near(z?.roi, 2 / 3)
    near(z?.marginalRoi, 4 / 9)
    assert.equal(z?.model, "z@4")
    assert.equal(z?.example, true)
    assert.equal("example" in (a ?? {}), false)
    assert.deepEqual(given.totals.today, { spend: 100, response: 50, roi: 0.5 })
    near(given.totals.optimal.response, 200 / 3)
    near(given.totals.lift.response, 200 / 3 - 50)
    near(given.totals.lift.relative, 1 / 3)
    assert.equal(given.budget.total, 100)
    near(given.budget.shadowPrice, 4 / 9)
    assert.equal(given.warnings.length, 1)
    assert.match(given.warnings[0] ?? "", /stand in for: z\. /)
  })

  it("counts returns in value where the objective gives one, and has no ROI at no spend", () => {
    const given = answer({
      budget: { a: 0, b: 10 },
      curves: { a: { type: "power", scale: 1, exponent: 0.5 }, b: { type: "linear", slope: 2 } },
      constraints: { channels: { a: { max: 0 }, b: { max: 10 } } },
      objective: { goal: "profit", valuePerResponse: 3 },
    })
    const [a, b] = given.channels
    assert.equal(a?.spend, 0)
    assert.equal(a?.roi, null)
    // A power curve starts upright: its first unit earns without limit, which JSON cannot say.
    assert.equal(a?.marginalRoi, null)
    assert.equal(a?.bound, "max")
    assert.equal(b?.roi, 6)
    assert.equal(b?.bound, "max")
    near(b?.shadowPrice, 5)
    assert.equal(given.budget.total, null)
    assert.equal(given.totals.lift.response, 0)
  })

  it("tells a pinned channel from one at a bound, and names constraints as the request does", () => {
    const linear = (slope: number) => ({ type: "linear", slope })
    const given = answer({
      budget: { a: 10, b: 10, c: 10 },
      curves: { a: linear(1), b: linear(2), c: linear(3) },
      constraints: {
        channels: { a: { pinned: true }, b: { min: 5 } },
        groups: [{ name: "online", channels: ["b", "c"], max: 18 }],
        spend: "at-most",
      },
    })
    assert.deepEqual(
      given.channels.map(({ channel, spend, bound }) => [channel, Math.round(spend * 1e6) / 1e6, bound]),
      [
        ["a", 10, "pinned"],
        ["b", 5, "min"],
        ["c", 13, null],
      ],
    )
    const [online] = given.constraints
    assert.equal(online?.name, "online")
    assert.equal(online?.bound, "max")
    near(online?.value, 18)
  })

  it("warns of a model that a curve overrules", () => {
    const given = answer({ budget: { a: 1 }, models: { a: "tv" }, curves: { a: { type: "linear", slope: 1 } } })
    assert.deepEqual(given.warnings, ["These channels have both a model and a curve, and the curve was used: a."])
    assert.equal(given.channels[0]?.model, "inline")
  })

  it("is refused as unbounded or not-solvable where the solver says so", () => {
    const code = (body: object) => {
      try {
        answer({ budget: { a: 1 }, ...body })
      } catch (error) {
        return error instanceof ProblemError ? error.code : error
      }
    }
    const linear = { a: { type: "linear", slope: 2 } }
    assert.equal(code({ curves: linear, objective: { goal: "profit", valuePerResponse: 1 } }), "unbounded")
    const shaped = { a: { type: "hill", scale: 1, halfSaturation: 1, slope: 2 } }
    assert.equal(code({ curves: shaped, method: "kkt" }), "not-solvable")
    const optimal = answer({ budget: { a: 1 }, curves: shaped })
    assert.deepEqual([optimal.method, optimal.status, "stopped" in optimal], ["bnb", "optimal", false])
  })

  it("tells a minimum buy, and points at it where it cannot be met", () => {
    const curve = { type: "michaelis-menten", scale: 100, halfSaturation: 2 }
    const body = (total: number) => ({
      budget: { a: 3, b: 5 },
      curves: { a: curve, b: { type: "linear", slope: 20 } },
      constraints: { total, channels: { a: { minIfUsed: { share: 2 } }, b: { max: 3 } } },
    })
    const [a] = answer(body(8)).channels
    assert.deepEqual([a?.spend, a?.bound], [6, "minIfUsed"])
    // 20 − 100 · 2 / (2 + 6)²
    near(a?.shadowPrice, 16.875)
    assert.throws(
      () => answer(body(5)),
      (error) => {
        assert.ok(error instanceof ProblemError && error.code === "infeasible")
        const members = ["/constraints/total", "/constraints/channels/a/minIfUsed", "/constraints/channels/b/max"]
        assert.deepEqual(error.extensions?.conflicts, members)
        return true
      },
    )
  })

  it("says what stopped the search, or that nothing was found before the deadline", () => {
    const request = checkRequest({
      budget: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`c${i}`, 1])),
      curves: Object.fromEntries(
        Array.from({ length: 12 }, (_, i) => [
          `c${i}`,
          { type: "hill", scale: 1 + i * 1e-4, halfSaturation: 1, slope: 3 },
        ]),
      ),
      constraints: { total: 9.7 },
    })
    const prepared = prepare(request, [], [])
    const stopped = answerOf(request, prepared, solve(prepared.problem, { mostNodes: 1 }), circumstances)
    assert.deepEqual([stopped.status, stopped.stopped], ["feasible", "limit"])
    assert.ok(stopped.gap > 1e-6)
    assert.throws(
      () => answerOf(request, prepared, { status: "stopped", detail: "Too late." }, circumstances),
      (error) => error instanceof ProblemError && error.code === "deadline-exceeded" && error.message === "Too late.",
    )
  })
})
