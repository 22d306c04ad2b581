import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { response, shapeOf } from "../../../app/optimizer/curves.ts"
import { regionOf } from "../../../app/optimizer/domain.ts"
import { type Channel, type Problem, solve } from "../../../app/optimizer/index.ts"
import { childrenOf } from "../../../app/optimizer/split.ts"
import { assertNoGridBeats, assertRepeats, channel, sigmoid } from "./against.ts"
import { checkOptimum, expectOptimal } from "./expect.ts"
import { runs, shapedProblem } from "./generate.ts"
import { bestOfStarts } from "./multistart.ts"

const problemOf = (channels: readonly Channel[], amount: number, change: Partial<Problem> = {}): Problem => ({
  channels,
  total: { amount, spend: "exactly" },
  constraints: [],
  objective: { goal: "response" },
  method: "auto",
  ...change,
})
const near = (actual: number | undefined, expected: number, within = 1e-9) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= within * Math.max(1, Math.abs(expected)), `${actual}`)

describe("against references", () => {
  test("no point of a grid beats the optimum, for every goal, on 400 problems", () => {
    const optimal = assertNoGridBeats(shapedProblem({ minLength: 1, maxLength: 3 }), 20, solve, runs(400))
    assert.ok(optimal > 250, `${optimal} had a solution`)
  })

  test("the best of 50 local searches is no better, on 200 problems", () => {
    let matched = 0
    fc.assert(
      fc.property(shapedProblem({ minLength: 3, maxLength: 8 }, { goal: "response" }), fc.nat(), (problem, seed) => {
        const solution = solve(problem)
        if (solution.status === "infeasible") return
        const found = expectOptimal(solution)
        checkOptimum(problem, found)
        const local = bestOfStarts(problem, 50, seed)
        assert.ok(found.response >= local * (1 - 1e-6), `${local} beats ${found.response}`)
        if (local >= found.response * (1 - 1e-4)) matched++
      }),
      runs(200),
    )
    // Else the searches would be too weak to tell anything
    assert.ok(matched > 100, `${matched} were found by a local search, too`)
  })

  test("the same to the last bit", () => {
    assertRepeats(shapedProblem({ minLength: 2, maxLength: 8 }), solve, runs(60))
  })
})

describe("S-shaped curves", () => {
  test("one channel gets what two would each make too little of", () => {
    const solution = expectOptimal(solve(problemOf([channel("a"), channel("b")], 1.2)))
    assert.equal(solution.method, "bnb")
    assert.deepEqual(solution.allocation.toSorted(), [0, 1.2])
    near(solution.response, 1.44 / 2.44)
    // Both get half of what is enough for two
    const both = expectOptimal(solve(problemOf([channel("a"), channel("b")], 4)))
    for (const spend of both.allocation) near(spend, 2, 1e-6)
  })

  test("an even split, where every local search starts and ends, is not taken for the optimum", () => {
    const channels = Array.from({ length: 10 }, (_, i) => channel(`c${i}`))
    const solution = expectOptimal(solve(problemOf(channels, 5)))
    // x² / (1 + x²) earns most per spend at x = 1: five channels of ten
    near(solution.response, 2.5)
    assert.equal(solution.allocation.filter((spend) => spend > 0).length, 5)
  })

  test("convex curves put all on one", () => {
    const convex = (scale: number) => ({ type: "power", scale, exponent: 1.5 }) as const
    const channels = [channel("a", { curve: convex(1), max: 4 }), channel("b", { curve: convex(0.9), max: Infinity })]
    const solution = expectOptimal(solve(problemOf(channels, 9)))
    assert.deepEqual(solution.allocation, [0, 9])
    near(solution.response, 0.9 * 27)
  })

  test("pieces that rise again are followed to their ends", () => {
    const points = [
      { spend: 1, response: 1 },
      { spend: 2, response: 1 },
      { spend: 3, response: 4 },
    ]
    const solution = expectOptimal(
      solve(problemOf([channel("a", { curve: { type: "piecewise", points } }), channel("b")], 3)),
    )
    assert.deepEqual(solution.allocation, [3, 0])
    assert.equal(solution.response, 4)
  })

  test("the total's price is what one more unit adds, on a convex part, too", () => {
    const at = (amount: number) =>
      expectOptimal(
        solve(problemOf([channel("a", { curve: { ...sigmoid, slope: 3 } }), channel("b", { max: 2 })], amount)),
      )
    const h = 1e-4
    // a alone on its convex part; b alone; both on their concave parts; b at its max
    for (const amount of [0.3, 1.2, 3, 5]) {
      const solution = at(amount)
      near(solution.totalShadowPrice, (at(amount + h).response - at(amount - h).response) / (2 * h), 1e-5)
    }
    const convex = { type: "power", scale: 1, exponent: 1.5 } as const
    const alone = expectOptimal(solve(problemOf([channel("a", { curve: convex }), channel("b")], 4)))
    assert.deepEqual(alone.allocation, [4, 0])
    near(alone.totalShadowPrice, 3)
  })

  test("every goal: spend where the last unit still pays, or nothing", () => {
    const { total: _, ...open } = problemOf([channel("a"), channel("b", { curve: { ...sigmoid, scale: 0.6 } })], 0)
    // v · 2 x / (1 + x²)² = 1 with v = 4 and 4 · 0.6: at the second root v · f(x) is more than x, which takes v > 2
    const profit = expectOptimal(solve({ ...open, objective: { goal: "profit", valuePerResponse: 4 } }))
    const [a = 0, b = 0] = profit.allocation
    near((4 * 2 * a) / (1 + a * a) ** 2, 1, 1e-6)
    assert.ok(a > 1)
    near((2.4 * 2 * b) / (1 + b * b) ** 2, 1, 1e-6)
    const none = expectOptimal(solve({ ...open, objective: { goal: "profit", valuePerResponse: 1.9 } }))
    assert.deepEqual([none.allocation, none.objective, none.gap], [[0, 0], 0, 0])
    const least = expectOptimal(solve({ ...open, objective: { goal: "least-spend", response: 0.8 } }))
    // x² / (1 + x²) = 0.8 at x = 2 would do; what both together need is less
    assert.ok(least.objective <= 2 && least.response >= 0.8 * (1 - 1e-9))
    const roi = expectOptimal(solve({ ...open, objective: { goal: "roi", target: 2, valuePerResponse: 4.1 } }))
    assert.ok(4.1 * roi.response >= 2 * roi.allocation.reduce((sum, spend) => sum + spend, 0) * (1 - 1e-9))
    const marginal = expectOptimal(
      solve({ ...open, objective: { goal: "marginal-roi", target: 1, valuePerResponse: 4 } }),
    )
    for (const [i, spend] of marginal.allocation.entries()) near(spend, profit.allocation[i] ?? 0, 1e-6)
  })

  test("unbounded only where more always pays", () => {
    const { total: _, ...open } = problemOf([channel("a", { max: Infinity })], 0)
    assert.equal(solve(open).status, "unbounded")
    assert.equal(solve({ ...open, objective: { goal: "profit", valuePerResponse: 9 } }).status, "optimal")
    const convex = channel("a", { max: Infinity, curve: { type: "power", scale: 1e-6, exponent: 1.5 } })
    const never = solve({ ...open, channels: [convex], objective: { goal: "profit", valuePerResponse: 1 } })
    assert.equal(never.status, "unbounded")
    const least = expectOptimal(solve({ ...open, channels: [convex], objective: { goal: "least-spend", response: 8 } }))
    near(least.objective, 8e6 ** (2 / 3))
  })

  test("the gap is of the bound, however small it is when the search ends", () => {
    const channels = Array.from({ length: 20 }, (_, i) =>
      channel(`c${i}`, { curve: { ...sigmoid, slope: 3, scale: 1 + ((i * 7) % 20) * 5e-5 }, max: 3 }),
    )
    // Thirteen channels on: so nearly what the envelopes allow that the first node ends the search
    const solution = expectOptimal(solve(problemOf(channels, 16.38)))
    assert.equal(solution.iterations, 1)
    assert.ok(solution.gap > 1e-9 && solution.bound > solution.objective, `gap ${solution.gap}`)
  })

  test("of channels that are the same, the later are split off below and the earlier above", () => {
    const shapes = [sigmoid, sigmoid, sigmoid].map(shapeOf)
    const domains = shapes.map(() => ({ low: 0, used: 0, high: 10 }))
    const same = (value: number) => new Float64Array(3).fill(value)
    const children = childrenOf(
      {
        goal: { weight: 1, price: 0, target: undefined, sign: 1 },
        channels: { shapes, min: same(0), max: same(10) },
        domains,
        twins: domains.map(() => [0, 1, 2]),
        relax: () => undefined,
        mayShift: true,
        mostNodes: 1,
        expired: () => false,
      },
      regionOf(shapes, domains),
      {
        spends: Float64Array.of(1, 0.5, 0),
        multipliers: { weight: 1, prices: same(0.5), marginals: same(0.5), constant: 0 },
        totalShadowPrice: 0.5,
        bound: { value: 1, size: 1 },
      },
      Infinity,
    )
    const [below, above] = [
      { low: 0, used: 0, high: 0.5 },
      { low: 0.5, used: 0.5, high: 10 },
    ]
    assert.deepEqual(
      children?.map((changes) => [...changes].sort(([a], [b]) => a - b)),
      [
        [
          [1, below],
          [2, below],
        ],
        [
          [0, above],
          [1, above],
        ],
      ],
    )
  })

  test("channels that are the same are not told apart node by node", () => {
    const channels = Array.from({ length: 60 }, (_, i) => channel(`c${i}`, { curve: { ...sigmoid, slope: 3 } }))
    const solution = expectOptimal(solve(problemOf(channels, 20.3)))
    checkOptimum(problemOf(channels, 20.3), solution)
    assert.ok(solution.iterations < 50, `${solution.iterations} nodes`)
  })
})

describe("a minimum buy", () => {
  const line = (slope: number) => ({ curve: { type: "linear", slope } as const })

  test("is bought or left", () => {
    const channels = [channel("a", { ...line(3), minIfUsed: 6 }), channel("b", line(1))]
    assert.deepEqual(expectOptimal(solve(problemOf(channels, 5))).allocation, [0, 5])
    const bought = expectOptimal(solve(problemOf(channels, 7)))
    assert.deepEqual(
      [bought.allocation, bought.channelBounds],
      [
        [7, 0],
        [null, "min"],
      ],
    )
  })

  test("that is more than is wanted says what one unit less would add", () => {
    const concave = { type: "michaelis-menten", scale: 100, halfSaturation: 2 } as const
    const at = (minIfUsed: number) =>
      expectOptimal(
        solve(problemOf([channel("a", { curve: concave, minIfUsed }), channel("b", { ...line(20), max: 3 })], 8)),
      )
    const solution = at(6)
    assert.deepEqual(
      [solution.allocation, solution.channelBounds],
      [
        [6, 2],
        ["minIfUsed", null],
      ],
    )
    near(solution.channelPrices[0], (at(6 - 1e-4).response - at(6 + 1e-4).response) / 2e-4, 1e-5)
    near(solution.totalShadowPrice, 20)
  })

  test("where a min is, too, is a higher min", () => {
    const channels = [channel("a", { ...line(1), min: 1, minIfUsed: 4 }), channel("b", line(2))]
    const solution = expectOptimal(solve(problemOf(channels, 10)))
    assert.deepEqual(
      [solution.allocation, solution.channelBounds],
      [
        [4, 6],
        ["minIfUsed", null],
      ],
    )
  })

  test("fills a total exactly where any choice of buys does", () => {
    const buys = [7, 11, 13, 17, 19, 23]
    const channels = buys.map((buy, i) => channel(`c${i}`, { ...line(1), minIfUsed: buy, max: buy }))
    // 7 + 13 + 23; and 2 is no sum of any
    const solution = expectOptimal(solve(problemOf(channels, 43)))
    assert.equal(
      solution.allocation.reduce((sum, spend) => sum + spend, 0),
      43,
    )
    const none = solve(problemOf(channels, 22))
    // Any buy that may be smaller, and any but the largest that may be larger, would make 22
    assert.ok(none.status === "infeasible")
    const names = (side: string) => buys.map((_, i) => `channels.c${i}.${side}`)
    assert.deepEqual(
      none.conflicts.toSorted(),
      ["total", ...names("minIfUsed"), ...names("max").slice(0, 5)].toSorted(),
    )
  })

  test("that cannot be met is named", () => {
    const channels = [channel("a", { minIfUsed: 6 }), channel("b", { max: 3 }), channel("c", { min: 1, max: 1 })]
    const solution = solve(problemOf(channels, 5))
    assert.ok(solution.status === "infeasible")
    assert.deepEqual(solution.conflicts, ["total", "channels.a.minIfUsed", "channels.c.max", "channels.b.max"])
    assert.match(solution.detail, /the minIfUsed of 6 of channel a/)
  })

  test("is a number like others", () => {
    assert.throws(() => solve(problemOf([channel("a", { minIfUsed: -1 })], 5)), {
      name: "RangeError",
      message: /^channels\[0\]\.minIfUsed is -1/,
    })
  })
})

describe("a search that is stopped", () => {
  // Nearly the same, and seventeen of them need a little more than there is
  const channels = Array.from({ length: 50 }, (_, i) =>
    channel(`c${i}`, { curve: { ...sigmoid, scale: 1 + ((i * 37) % 50) * 2e-5, slope: 3 }, max: 3 }),
  )
  const problem = problemOf(channels, 41)

  test("by its own count gives the best it has and its true gap, the same each time", () => {
    const [few, more] = [5, 200].map((mostNodes) => solve(problem, { mostNodes }))
    assert.ok(few?.status === "feasible" && more && "bound" in more)
    assert.deepEqual([few.stopped, solve(problem, { mostNodes: 5 })], ["limit", few])
    assert.ok(few.gap > 1e-6 && few.gap < 0.01, `${few.gap}`)
    near((few.bound - few.objective) / few.objective, few.gap)
    assert.ok(few.bound >= more.bound && more.bound >= more.objective && more.objective >= few.objective)
  })

  test("by a deadline says so", () => {
    let asked = 0
    const solution = solve(problem, { expired: () => ++asked > 3 })
    assert.ok(solution.status === "feasible" && solution.stopped === "deadline")
    assert.ok(solution.iterations <= 9)
    assert.ok(Math.abs(solution.allocation.reduce((sum, spend) => sum + spend, 0) - 41) < 1e-9)
  })

  test("a search that ends before it found anything says by what", () => {
    const buys = Array.from({ length: 30 }, (_, i) =>
      channel(`c${i}`, { curve: { type: "linear", slope: 1 }, minIfUsed: 2 * i + 2, max: 2 * i + 2 }),
    )
    const odd = problemOf(buys, 101)
    const byDeadline = solve(odd, { expired: () => true })
    assert.ok(byDeadline.status === "stopped")
    assert.match(byDeadline.detail, /^The deadline came before/)
    const byCount = solve(odd, { mostNodes: 3 })
    assert.ok(byCount.status === "not-solvable")
    assert.doesNotMatch(byCount.detail, /deadline/)
  })
})

describe("a curve that is not concave", () => {
  test("earns at the spend of a marginal just that, past its inflection", () => {
    for (const slope of [1.0001, 1.5, 3, 20]) {
      const curve = { ...sigmoid, slope }
      const solution = expectOptimal(
        solve({ ...problemOf([channel("a", { curve })], 7), objective: { goal: "response" } }),
      )
      near(solution.response, response(curve, 7))
    }
  })
})
