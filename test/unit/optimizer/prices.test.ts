import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { frontier } from "../../../app/optimizer/frontier.ts"
import { type Objective, type Problem, solve } from "../../../app/optimizer/index.ts"
import { expectOptimal } from "./expect.ts"

const channels: Problem["channels"] = [
  { name: "tv", curve: { type: "michaelis-menten", scale: 500, halfSaturation: 60 }, today: 40, min: 10, max: 45 },
  { name: "search", curve: { type: "hill", scale: 300, halfSaturation: 40, slope: 0.8 }, today: 40, min: 0, max: 200 },
  { name: "social", curve: { type: "logistic", scale: 250, rate: 0.02 }, today: 40, min: 0, max: 200 },
  { name: "print", curve: { type: "log", scale: 20, rate: 0.05 }, today: 40, min: 25, max: 90 },
]
const total: Problem["total"] = { amount: 160, spend: "exactly" }
const base: Problem = { channels, total, constraints: [], objective: { goal: "response" }, method: "auto" }

const withChannel = (problem: Problem, index: number, change: Partial<Problem["channels"][number]>): Problem => ({
  ...problem,
  channels: problem.channels.map((channel, i) => (i === index ? { ...channel, ...change } : channel)),
})

/** The rate at which a change of the problem adds to its objective, by a central difference. */
function rate(change: (by: number) => Problem): number {
  const h = 1e-4
  const at = (by: number) => expectOptimal(solve(change(by))).objective
  return (at(h) - at(-h)) / (2 * h)
}

const same = (price: number | undefined, expected: number) =>
  assert.ok(
    price !== undefined && Math.abs(price - expected) <= 1e-5 * Math.abs(expected) + 1e-8,
    `${price} is not ${expected}`,
  )

const goals: Objective[] = [
  { goal: "response" },
  { goal: "profit", valuePerResponse: 0.5 },
  { goal: "least-spend", response: 420 },
  { goal: "roi", target: 0.75, valuePerResponse: 0.25 },
  { goal: "marginal-roi", target: 0.5, valuePerResponse: 0.25 },
]

describe("a bound's price is what relaxing it adds", () => {
  // Without a total, most response is every max
  for (const method of ["kkt", "lp"] as const)
    for (const objective of goals)
      for (const fixed of objective.goal === "response" ? [true] : [true, false])
        test(`${objective.goal} by ${method}${fixed ? " with a total" : ""}`, () => {
          const { total: amount, ...free } = base
          const at = {
            ...(fixed ? { ...free, total: { amount: 160, spend: "at-most" as const } } : free),
            objective,
            method,
          }
          const solution = expectOptimal(solve(at))
          assert.equal(amount?.amount, 160)
          const sign = objective.goal === "least-spend" ? -1 : 1
          assert.deepEqual([solution.channelBounds[0], solution.channelBounds[3]], ["max", "min"])
          same(
            solution.channelPrices[0],
            rate((by) => withChannel(at, 0, { max: 45 + by })),
          )
          same(
            solution.channelPrices[3],
            rate((by) => withChannel(at, 3, { min: 25 - by })),
          )
          for (const price of [solution.channelPrices[0], solution.channelPrices[3]]) assert.ok(sign * (price ?? 0) > 0)
          for (const i of [1, 2]) assert.equal(solution.channelPrices[i], 0)
        })
})

describe("the total's price is what one more unit adds", () => {
  for (const method of ["kkt", "lp"] as const) {
    const by =
      (objective: Objective, amount: number) =>
      (change: number): Problem => ({
        ...base,
        objective,
        method,
        total: { amount: amount + change, spend: "exactly" },
      })
    test(`of response, by ${method}`, () => {
      const price = expectOptimal(solve(by({ goal: "response" }, 160)(0))).totalShadowPrice
      assert.ok(price > 0)
      same(price, rate(by({ goal: "response" }, 160)))
    })
    test(`below 0 where more spend loses, by ${method}`, () => {
      const objective = { goal: "profit", valuePerResponse: 0.3 } as const
      const price = expectOptimal(solve(by(objective, 400)(0))).totalShadowPrice
      assert.ok(price < 0)
      same(price, rate(by(objective, 400)))
    })
    test(`1 for least spend, which it fixes, by ${method}`, () => {
      const objective = { goal: "least-spend", response: 300 } as const
      const solution = expectOptimal(solve(by(objective, 200)(0)))
      assert.equal(solution.objective, 200)
      assert.ok(Math.abs(solution.totalShadowPrice - 1) < 1e-9, `${solution.totalShadowPrice}`)
    })
    test(`0 where it does not bind, by ${method}`, () => {
      const solution = expectOptimal(
        solve({
          ...base,
          method,
          total: { amount: 1e6, spend: "at-most" },
          objective: { goal: "profit", valuePerResponse: 0.2 },
        }),
      )
      assert.equal(solution.totalShadowPrice, 0)
    })
  }

  test("the right derivative on a kink", () => {
    const curve = {
      type: "piecewise",
      points: [
        { spend: 10, response: 30 },
        { spend: 20, response: 40 },
      ],
    } as const
    const solution = expectOptimal(
      solve({
        ...base,
        channels: [{ name: "a", curve: { type: "piecewise", points: [...curve.points] }, today: 0, min: 0, max: 20 }],
        total: { amount: 10, spend: "exactly" },
      }),
    )
    assert.equal(solution.totalShadowPrice, 1)
  })

  test("a finite number where the first unit earns without measure", () => {
    const solution = expectOptimal(
      solve({
        ...base,
        channels: [{ name: "a", curve: { type: "power", scale: 1, exponent: 0.5 }, today: 0, min: 0, max: 20 }],
        total: { amount: 0, spend: "exactly" },
      }),
    )
    assert.equal(solution.totalShadowPrice, Number.MAX_VALUE)
    assert.deepEqual([solution.response, solution.gap], [0, 0])
  })
})

describe("a constraint's price is what relaxing it by one unit adds", () => {
  const problem = (objective: Objective, most: number, least: number): Problem => ({
    ...base,
    objective,
    total: { amount: 160, spend: "at-most" },
    constraints: [
      { name: "digital", coefficients: { search: 1, social: 1 }, max: most },
      { name: "balance", coefficients: { search: -1, social: 2 }, min: least },
      { name: "idle", coefficients: { tv: 1 }, max: 1e4 },
    ],
  })
  for (const objective of goals.filter(({ goal }) => goal !== "least-spend"))
    test(objective.goal, () => {
      const solution = expectOptimal(solve(problem(objective, 60, 70)))
      const [digital, balance, idle] = solution.constraints
      assert.deepEqual([digital?.binding, balance?.binding, idle?.binding], ["max", "min", null])
      assert.ok((digital?.shadowPrice ?? 0) > 0 && (balance?.shadowPrice ?? 0) > 0)
      same(
        digital?.shadowPrice,
        rate((by) => problem(objective, 60 + by, 70)),
      )
      same(
        balance?.shadowPrice,
        rate((by) => problem(objective, 60, 70 - by)),
      )
      assert.equal(idle?.shadowPrice, 0)
      assert.ok(Math.abs((digital?.value ?? 0) - 60) <= 1e-9 * 60)
    })

  test("least-spend: relaxing saves, so the price is below 0", () => {
    const at = (by: number): Problem => {
      const { total: _, ...rest } = problem({ goal: "least-spend", response: 400 }, 40 + by, 0)
      return { ...rest, constraints: rest.constraints.slice(0, 1) }
    }
    const [digital] = expectOptimal(solve(at(0))).constraints
    assert.equal(digital?.binding, "max")
    assert.ok((digital?.shadowPrice ?? 0) < 0)
    same(digital?.shadowPrice, rate(at))
  })
})

describe("a constraint's price is what one unit of it adds, where it alone holds a channel", () => {
  for (const method of ["lp", "mip"] as const)
    for (const max of [200, Infinity])
      test(`by ${method}, with a max of ${max}`, () => {
        const at = (by: number): Problem => ({
          ...withChannel(base, 1, { max }),
          method,
          constraints: [{ name: "search alone", coefficients: { search: 1 }, max: 5 + by }],
        })
        const solution = expectOptimal(solve(at(0)))
        assert.equal(solution.constraints[0]?.binding, "max")
        assert.ok((solution.constraints[0]?.shadowPrice ?? 0) > 1)
        same(solution.constraints[0]?.shadowPrice, rate(at))
        assert.deepEqual([solution.channelBounds[1], solution.channelPrices[1]], [null, 0])
      })
})

describe("prices where a channel lies on its convex part", () => {
  const steep = (scale: number) => ({ type: "hill", scale, halfSaturation: 100, slope: 3 }) as const
  const shaped: Problem["channels"] = [
    { name: "tv", curve: { type: "michaelis-menten", scale: 500, halfSaturation: 60 }, today: 40, min: 0, max: 45 },
    { name: "radio", curve: steep(200), today: 40, min: 0, max: 200 },
  ]
  const problem = (by: number, method: "bnb" | "mip"): Problem => ({
    channels: shaped,
    total: { amount: 65 + by, spend: "exactly" },
    constraints: [],
    objective: { goal: "response" },
    method,
  })
  for (const method of ["bnb", "mip"] as const)
    test(`the total's is what its next unit earns, and a max's what one unit moved from it does, by ${method}`, () => {
      const solution = expectOptimal(solve(problem(0, method)))
      assert.deepEqual(solution.allocation, [45, 20])
      // 3 · 200 · 100³ · 20² / (20³ + 100³)² against the 500 · 60 / 105² that tv's last unit earns
      const next = (3 * 200 * 1e6 * 400) / (8_000 + 1e6) ** 2
      assert.ok(next < (500 * 60) / 105 ** 2)
      same(solution.totalShadowPrice, next)
      same(
        solution.totalShadowPrice,
        rate((by) => problem(by, method)),
      )
      same(
        solution.channelPrices[0],
        rate((by) => withChannel(problem(0, method), 0, { max: 45 + by })),
      )
    })

  test("a constraint's is what its next unit earns there, for whichever goal", () => {
    for (const objective of [{ goal: "response" }, { goal: "profit", valuePerResponse: 2 }] as const) {
      const at = (by: number): Problem => ({
        channels: shaped,
        constraints: [{ name: "radio alone", coefficients: { radio: 1 }, max: 60 + by }],
        objective,
        method: "auto",
      })
      const solution = expectOptimal(solve(at(0)))
      assert.deepEqual([solution.method, solution.constraints[0]?.binding], ["mip", "max"])
      assert.ok((solution.constraints[0]?.shadowPrice ?? 0) > 0.5)
      same(solution.constraints[0]?.shadowPrice, rate(at))
    }
  })
})

describe("a price that is rounding beside what is earned is 0", () => {
  const flattened = [
    { type: "tanh", scale: 2, acquisitionCost: 1 },
    { type: "logistic", scale: 5, rate: 3 },
    { type: "hill", scale: 3, halfSaturation: 1, slope: 20 },
  ] as const
  const at = (curve: Problem["channels"][number]["curve"], amount: number, method: Problem["method"]): Problem => ({
    channels: ["tv", "radio"].map((name) => ({ name, curve, today: 1, min: 0, max: 2 * amount })),
    total: { amount, spend: "exactly" },
    constraints: [{ name: "both", coefficients: { tv: 1, radio: 1 }, max: amount }],
    objective: { goal: "response" },
    method,
  })

  for (const method of ["kkt", "lp", "bnb", "mip"] as const)
    test(`of a total and a constraint that all curves are flat at, by ${method}`, () => {
      for (const curve of flattened.slice(0, method === "kkt" || method === "lp" ? 2 : 3))
        for (const amount of [1e3, 1e6]) {
          const { constraints, ...rest } = at(curve, amount, method)
          const solution = expectOptimal(
            solve({ ...rest, constraints: method === "lp" || method === "mip" ? constraints : [] }),
          )
          assert.equal(solution.totalShadowPrice, 0, curve.type)
          for (const { shadowPrice } of solution.constraints) assert.equal(shadowPrice, 0, curve.type)
        }
    })

  test("and one that is small, but seen, is told", () => {
    const curve = { type: "michaelis-menten", scale: 1, halfSaturation: 1e-3 } as const
    const { constraints: _, ...rest } = at(curve, 1e6, "kkt")
    // Each spends half: 1e-3 / (1e-3 + 5e5)²
    same(1e15 * expectOptimal(solve({ ...rest, constraints: [] })).totalShadowPrice, 4)
    const nothing = { ...rest, constraints: [], total: { amount: 0, spend: "exactly" as const } }
    same(expectOptimal(solve(nothing)).totalShadowPrice, 1000)
  })

  test("which no larger total of a sweep is searched by", () => {
    const { constraints: _, total: __, ...rest } = at({ type: "tanh", scale: 2, acquisitionCost: 1 }, 100, "kkt")
    const problem = { ...rest, constraints: [] }
    const totals = [1, 90, 150, 170]
    const swept = [...frontier(problem, totals, "exactly")].map((one) => expectOptimal(one).response)
    totals.forEach((amount, i) => {
      same(swept[i], expectOptimal(solve({ ...problem, total: { amount, spend: "exactly" } })).response)
    })
  })
})
