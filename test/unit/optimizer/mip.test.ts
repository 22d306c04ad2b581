import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { solverNames } from "../../../app/contract/solvers.ts"
import { type Problem, solve } from "../../../app/optimizer/index.ts"
import { loadSolver } from "../../../app/optimizer/solvers.ts"
import { assertNoGridBeats, assertRepeats, channel, sigmoid } from "./against.ts"
import { checkOptimum, difference, expectOptimal } from "./expect.ts"
import { constrainedProblem, runs, shapedConstrained, shapedProblem } from "./generate.ts"

const group = (names: readonly string[], bounds: { min?: number; max?: number }) => ({
  name: names.join("+"),
  coefficients: Object.fromEntries(names.map((name) => [name, 1])),
  ...bounds,
})
const base: Problem = {
  channels: ["a", "b", "c", "d"].map((name) => channel(name)),
  total: { amount: 4, spend: "exactly" },
  constraints: [],
  objective: { goal: "response" },
  method: "auto",
}

for (const name of solverNames) {
  const solver = await loadSolver(name)
  // HiGHS takes several times as long on programs as small as these
  const times = (count: number) => runs(name === "glpk" ? count : count / 4)

  describe(`S-shaped curves with linear constraints, by ${name}`, () => {
    const solveBy = (problem: Problem) => solve(problem, { solver })

    test("no point of a grid beats the optimum, for every goal", () => {
      const optimal = assertNoGridBeats(shapedConstrained({ minLength: 1, maxLength: 3 }), 16, solveBy, times(240))
      assert.ok(optimal > 10, `${optimal} had a solution`)
    })

    test("the same optimum as bnb where there are no constraints", () => {
      let optimal = 0
      fc.assert(
        fc.property(shapedProblem({ minLength: 2, maxLength: 8 }), (problem) => {
          const bnb = solve({ ...problem, method: "bnb" })
          const mip = solve({ ...problem, method: "mip" }, { solver })
          assert.equal(mip.status, bnb.status)
          if (bnb.status !== "optimal" || mip.status !== "optimal") return
          optimal++
          assert.deepEqual([bnb.method, mip.method], ["bnb", "mip"])
          checkOptimum(problem, mip)
          assert.ok(difference(problem, bnb, mip) <= 1e-6, `${bnb.objective}, ${mip.objective}`)
        }),
        times(160),
      )
      assert.ok(optimal > 10, `${optimal} had a solution`)
    })

    test("the same to the last bit", () => {
      assertRepeats(shapedConstrained({ minLength: 2, maxLength: 6 }), solveBy, times(40))
    })
  })
}

test("both solvers certify the same optimum of concave problems with constraints", async () => {
  const [glpk, highs] = await Promise.all(solverNames.map(loadSolver))
  let optimal = 0
  fc.assert(
    fc.property(constrainedProblem, (problem) => {
      const [one, other] = [glpk, highs].map((solver) => solve(problem, solver ? { solver } : {}))
      assert.equal(one?.status, other?.status)
      if (one?.status !== "optimal" || other?.status !== "optimal") return
      optimal++
      checkOptimum(problem, other)
      assert.ok(difference(problem, one, other) <= 1e-6, `${one.objective}, ${other.objective}`)
    }),
    runs(150),
  )
  assert.ok(optimal > 30, `${optimal} had a solution`)
})

describe("mip", () => {
  test("a group's max decides which channels get enough", () => {
    // x² / (1 + x²) earns most per spend at 1, so four channels would get 1 each; a and b together may have 1
    const solution = expectOptimal(solve({ ...base, constraints: [group(["a", "b"], { max: 1 })] }))
    assert.equal(solution.method, "mip")
    const expected = [0, 1, 1.5, 1.5]
    for (const [i, spend] of solution.allocation.toSorted().entries())
      assert.ok(Math.abs(spend - (expected[i] ?? 0)) < 1e-6, `${solution.allocation}`)
    assert.deepEqual(solution.constraints[0]?.binding, "max")
  })

  test("a constraint's price and the total's are what one unit adds nearby", () => {
    const at = (most: number, amount: number) =>
      expectOptimal(
        solve({
          ...base,
          total: { amount, spend: "exactly" },
          constraints: [group(["a", "b"], { max: most })],
        }),
      )
    const [h, same] = [1e-4, (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-4, `${a}, ${b}`)]
    const solution = at(1, 4)
    same(solution.constraints[0]?.shadowPrice ?? 0, (at(1 + h, 4).response - at(1 - h, 4).response) / (2 * h))
    same(solution.totalShadowPrice, (at(1, 4 + h).response - at(1, 4 - h).response) / (2 * h))
  })

  test("a minimum buy within a group that cannot pay for it is named", () => {
    const channels = [channel("a", { min: 0.1, minIfUsed: 2 }), channel("b")]
    const solution = solve({ ...base, channels, constraints: [group(["a"], { max: 1 })] })
    assert.ok(solution.status === "infeasible")
    assert.deepEqual(solution.conflicts, ["a", "channels.a.min", "channels.a.minIfUsed"])
  })

  test("what always pays without end is unbounded, unless a constraint ends it", () => {
    const { total: _, ...open } = base
    const convex = { type: "power", scale: 1, exponent: 1.5 } as const
    const channels = [channel("a", { curve: convex, max: Infinity }), channel("b", { max: Infinity })]
    const even = { name: "even", coefficients: { a: 1, b: -1 }, min: 0, max: 0 }
    const objective = { goal: "profit", valuePerResponse: 1 } as const
    const never = solve({ ...open, channels, constraints: [even], objective })
    assert.ok(never.status === "unbounded" && /channels a, b together/.test(never.detail))
    const cap = { name: "cap", coefficients: { b: 1 }, max: 9 }
    const solution = expectOptimal(solve({ ...open, channels, constraints: [even, cap], objective }))
    // a and b at 9: 27 + 81 / 82 − 18
    assert.ok(Math.abs(solution.objective - (9 + 81 / 82)) < 1e-6, `${solution.objective}`)
  })

  test("stopped by its count or a deadline, it says so and by how much it may be off", () => {
    const channels = Array.from({ length: 12 }, (_, i) =>
      channel(`c${i}`, { curve: { ...sigmoid, slope: 3, scale: 1 + i / 97 }, max: 3 }),
    )
    const names = channels.map(({ name }) => name)
    const constraints = [group(names.slice(0, 6), { max: 3.3 }), group(names.slice(4, 12), { max: 4.1 })]
    const problem: Problem = { ...base, channels, constraints, total: { amount: 7, spend: "at-most" } }
    const best = expectOptimal(solve(problem))
    checkOptimum(problem, best)
    const few = solve(problem, { mostNodes: 1 })
    assert.ok(few.status === "feasible" && few.stopped === "limit")
    assert.ok(few.bound >= best.objective && few.objective <= best.objective && few.gap > 1e-6)
    const late = solve(problem, { expired: () => true })
    assert.ok(late.status === "feasible" && late.stopped === "deadline" && late.bound >= best.objective)
  })
})
