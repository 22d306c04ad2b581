import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type Channel, type Problem, solve } from "../../../app/optimizer/index.ts"
import { brokenBy, kept } from "../../../app/optimizer/kept.ts"
import type { Curve } from "../../../app/optimizer/schema.ts"
import { checkOptimum, expectOptimal } from "./expect.ts"

const channel = (name: string, curve: Curve, change: Partial<Channel> = {}): Channel => ({
  name,
  curve,
  today: 1,
  min: 0,
  max: 10,
  ...change,
})

describe("curves that are flat to the last bit at the spends in question", () => {
  // A rate of the scaled data of a model, with spends in money: e^(−300,000) is 0 as a double
  const saturated: Curve[] = [
    { type: "logistic", scale: 5, rate: 3 },
    { type: "tanh", scale: 5, acquisitionCost: 0.1 },
    { type: "hill-sigmoid", scale: 5, rate: 3, midpoint: 4 },
  ]
  for (const curve of saturated)
    for (const max of [Infinity, 250_000])
      for (const spend of ["exactly", "at-most"] as const)
        test(`${curve.type} keeps a total of ${spend} 200,000, with a max of ${max}`, () => {
          const channels = ["tv", "radio"].map((name) => channel(name, curve, { max }))
          const problem: Problem = {
            channels,
            total: { amount: 200_000, spend },
            constraints: [],
            objective: { goal: "response" },
            method: "auto",
          }
          const solution = expectOptimal(solve(problem))
          checkOptimum(problem, solution)
          const most = curve.type === "hill-sigmoid" ? 10 / (1 + Math.exp(-12)) : 10
          assert.ok(Math.abs(solution.response - most) < 1e-12, `${solution.response}`)
        })
})

describe("least spend", () => {
  const convex: Curve = { type: "power", scale: 1, exponent: 1.5 }

  test("is more than the response needs where a constraint asks for more", () => {
    for (const response of [0, 1]) {
      const problem: Problem = {
        channels: [channel("tv", convex), channel("radio", convex)],
        constraints: [{ name: "most", coefficients: { tv: 2, radio: 1 }, min: 12, max: 12 }],
        objective: { goal: "least-spend", response },
        method: "auto",
      }
      const solution = expectOptimal(solve(problem))
      checkOptimum(problem, solution)
      assert.ok(Math.abs(solution.objective - 6) < 1e-6, `${solution.objective}`)
    }
  })
})

describe("what a spend is held by", () => {
  const saturating = (scale: number, halfSaturation: number): Curve => ({
    type: "michaelis-menten",
    scale,
    halfSaturation,
  })

  test("a channel whose first unit earns less than the last of another is at its min, by every method", () => {
    for (const method of ["kkt", "lp", "bnb", "mip"] as const) {
      const solution = expectOptimal(
        solve({
          channels: [channel("tv", saturating(100, 50)), channel("radio", saturating(200, 50), { max: 50 })],
          total: { amount: 20, spend: "exactly" },
          constraints: [],
          objective: { goal: "response" },
          method,
        }),
      )
      assert.deepEqual([solution.allocation[0], solution.channelBounds], [0, ["min", null]])
      // 200 · 50 / 70² of radio's last unit, and 100 / 50 of tv's first
      assert.ok(Math.abs((solution.channelPrices[0] ?? 0) - (10_000 / 4_900 - 2)) < 1e-12)
    }
  })

  test("curves that earn nothing take a total that must be spent", () => {
    const none: Curve = { type: "linear", slope: 0 }
    const solution = expectOptimal(
      solve({
        channels: [channel("tv", none), channel("radio", none)],
        total: { amount: 6, spend: "exactly" },
        constraints: [],
        objective: { goal: "response" },
        method: "auto",
      }),
    )
    assert.deepEqual([solution.allocation, solution.objective, solution.gap], [[3, 3], 0, 0])
  })

  test("a total ends what has no other end, however large it is", () => {
    for (const method of ["kkt", "lp", "bnb", "mip"] as const) {
      const channels = [saturating(1e15, 1e15), saturating(1, 1)].map((curve, i) =>
        channel(`c${i}`, curve, { max: Infinity }),
      )
      const total = { amount: 1e15, spend: "exactly" } as const
      const problem: Problem = { channels, total, constraints: [], objective: { goal: "response" }, method }
      assert.ok(Math.abs((expectOptimal(solve(problem)).allocation[0] ?? 0) / 1e15 - 1) < 1e-9)
    }
  })

  test("a return far above its target binds nothing, and the bound is that of the response alone", () => {
    const curve: Curve = { type: "logistic", scale: 5, rate: 3 }
    const solution = expectOptimal(
      solve({
        channels: [channel("tv", curve, { max: Infinity })],
        constraints: [],
        objective: { goal: "roi", target: 1, valuePerResponse: 1e14 },
        method: "auto",
      }),
    )
    assert.ok(Math.abs(solution.response - 5) < 1e-12 && solution.gap < 1e-12, `${solution.gap}`)
  })
})

describe("an optimum is checked against its problem before it is given", () => {
  const curve: Curve = { type: "michaelis-menten", scale: 100, halfSaturation: 5 }
  const problem: Problem = {
    channels: [channel("tv", curve, { min: 1 }), channel("radio", curve, { minIfUsed: 3 })],
    total: { amount: 10, spend: "exactly" },
    constraints: [{ name: "mix", coefficients: { tv: 1, radio: -1 }, max: 2 }],
    objective: { goal: "roi", target: 5, valuePerResponse: 1 },
    method: "auto",
  }
  const found = expectOptimal(solve(problem))
  const cases: [string, Partial<typeof found>][] = [
    ["the bounds of channel tv (0.5)", { allocation: [0.5, 9.5] }],
    ["the bounds of channel tv (NaN)", { allocation: [Number.NaN, 5] }],
    ["the minIfUsed of channel radio (2)", { allocation: [8, 2] }],
    ["the total (10.00001)", { allocation: [5, 5.00001] }],
    ["the total (9)", { allocation: [4, 5] }],
    ["objective.target (a response of 49 for 10)", { response: 49 }],
    ["constraint mix", { allocation: [7, 3] }],
    ["the range of a double (objective NaN, gap 0)", { objective: Number.NaN, gap: 0 }],
  ]
  for (const [broken, change] of cases)
    test(`${broken} is broken`, () => assert.equal(brokenBy(problem, { ...found, ...change }), broken))
  test("nothing is", () => {
    assert.equal(brokenBy(problem, found), undefined)
    assert.equal(kept(problem, found), found)
  })
  test("and one that breaks something is not given", () => {
    const solution = kept(problem, { ...found, allocation: [4, 5] })
    assert.deepEqual(solution, {
      status: "not-solvable",
      detail:
        "The numbers are too far apart to be computed with: the best allocation that was found breaks the total (9).",
    })
  })
})
