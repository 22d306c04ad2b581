import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type Channel, type Problem, solve } from "../../../app/optimizer/index.ts"
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
