import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type Problem, solve } from "../../../app/optimizer/index.ts"
import { loadSolver } from "../../../app/optimizer/solvers.ts"
import { checkOptimum, expectOptimal } from "./expect.ts"

const solvers = { glpk: await loadSolver("glpk"), highs: await loadSolver("highs") }
type Curve = Problem["channels"][number]["curve"]
const channel = (name: string, curve: Curve, max: number, min = 0) => ({ name, curve, today: 1, min, max })

const closes = (problem: Problem, solver: keyof typeof solvers) => {
  const solution = expectOptimal(solve(problem, { solver: solvers[solver] }))
  checkOptimum(problem, solution)
  return solution
}

describe("a gap is closed where numbers lie far apart", () => {
  for (const solver of ["glpk", "highs"] as const)
    for (const method of ["lp", "mip"] as const) {
      // Of the target's dual, 1e-3 of what GLPK takes for 0, no program says anything
      test(`spends of 1e-6 beside 1e4 and a target on the return, by ${method} and ${solver}`, () => {
        closes(
          {
            channels: [
              channel("tv", { type: "power", scale: 7.2e-5, exponent: 0.59 }, 4e7),
              channel("search", { type: "hill", scale: 646, halfSaturation: 1.7e-4, slope: 0.355 }, Infinity, 5.7e-7),
              channel("social", { type: "logistic", scale: 276_633, rate: 1e-6 }, 9.1e-6, 3.8e-6),
              channel("print", { type: "michaelis-menten", scale: 3910, halfSaturation: 2.4e-5 }, Infinity, 5e-7),
            ],
            total: { amount: 27_958, spend: "at-most" },
            constraints: [{ name: "three", coefficients: { tv: 1, search: 1, print: 1 }, max: 47_247 }],
            objective: { goal: "roi", target: 0.00584, valuePerResponse: 1 },
            method,
          },
          solver,
        )
      })

      test(`a total of 1e12 on curves that are flat from 30 on, by ${method} and ${solver}`, () => {
        const curve = { type: "logistic", scale: 5, rate: 3 } as const
        const solution = closes(
          {
            channels: [channel("tv", curve, 2e12), channel("radio", curve, 3e12)],
            total: { amount: 1e12, spend: "exactly" },
            constraints: [],
            objective: { goal: "response" },
            method,
          },
          solver,
        )
        assert.equal(solution.response, 10)
      })
    }

  test("nothing is best, where more needs a minimum buy that loses", () => {
    const problem: Problem = {
      channels: [
        channel("tv", { type: "power", scale: 0.262, exponent: 0.833 }, 188_000),
        channel("search", { type: "linear", slope: 2.33 }, 7_090_000),
        { ...channel("print", { type: "power", scale: 5.35, exponent: 0.654 }, 93_120), minIfUsed: 46_560 },
      ],
      constraints: [{ name: "share of print", coefficients: { tv: 0.7, search: 0.7, print: -0.3 }, max: 0 }],
      objective: { goal: "profit", valuePerResponse: 0.0691 },
      method: "auto",
    }
    for (const solver of ["glpk", "highs"] as const)
      assert.deepEqual(closes(problem, solver).allocation, [0, 0, 0], solver)
  })
})

describe("a return so low that curves are flat before it is met has one answer by every method", () => {
  const problem: Problem = {
    channels: [
      channel("tv", { type: "tanh", scale: 91.565, acquisitionCost: 0.00748 }, Infinity),
      channel("radio", { type: "logistic", scale: 10, rate: 0.2 }, 2),
    ],
    constraints: [],
    objective: { goal: "roi", target: 1e-13, valuePerResponse: 1 },
    method: "kkt",
  }
  const { objective } = expectOptimal(solve(problem))
  for (const solver of ["glpk", "highs"] as const)
    for (const method of ["kkt", "lp", "bnb", "mip"] as const)
      test(`by ${method}${method === "lp" || method === "mip" ? ` and ${solver}` : ""}`, () => {
        const other = closes({ ...problem, method }, solver).objective
        assert.ok(Math.abs(other - objective) <= 1e-6 * objective, `${other} is not ${objective}`)
      })
})

test("a total of 0 on curves that start upright is spent on nothing", () => {
  const problem: Problem = {
    channels: [
      channel("tv", { type: "power", scale: 5, exponent: 0.01 }, 11_151.7),
      channel("radio", { type: "power", scale: 5, exponent: 0.9 }, 8509.38),
    ],
    total: { amount: 0, spend: "at-most" },
    constraints: [{ name: "some", coefficients: { tv: 0.5, radio: 1 }, min: 0 }],
    objective: { goal: "roi", target: 2.66, valuePerResponse: 200 },
    method: "mip",
  }
  for (const solver of ["glpk", "highs"] as const)
    for (const method of ["lp", "mip"] as const)
      assert.deepEqual(closes({ ...problem, method }, solver).allocation, [0, 0], `${method} and ${solver}`)
})
