import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type Channel, type Problem, solve } from "../../../app/optimizer/index.ts"
import type { PeriodsProblem } from "../../../app/optimizer/periods/problem.ts"
import { solvePeriods } from "../../../app/optimizer/periods/solve.ts"
import { checkOptimum, expectOptimal } from "./expect.ts"
import { expectPeriods, same } from "./periods.ts"

const curve = { type: "michaelis-menten", scale: 84, halfSaturation: 6_689 } as const
const channel = (name: string, change: Partial<Channel> = {}): Channel => ({
  name,
  curve,
  today: 1_000,
  min: 0,
  max: 4_330,
  ...change,
})

/** A problem held in each of `count` periods, which nothing carries over. */
const held = ({ channels, total, ...rest }: Problem, count: number): PeriodsProblem => ({
  channels: channels.map(({ min, max, ...more }) => ({ ...more, min: same(count, min), max: same(count, max) })),
  seasonality: same(count, 1),
  afterHorizon: "ignored",
  ...(total ? { total: { ...total, amount: total.amount * count } } : {}),
  constraints: rest.constraints,
  objective: rest.objective as PeriodsProblem["objective"],
})

describe("periods in which nothing carries over are as many problems of one", () => {
  const cases: [string, Pick<Problem, "channels" | "total" | "objective">][] = [
    [
      "whose total goes to one channel, so that a dual is −0",
      {
        channels: [channel("tv")],
        total: { amount: 1710.5821701288282, spend: "at-most" },
        objective: { goal: "response" },
      },
    ],
    [
      "with a minimum buy above a min, which is a higher min",
      {
        channels: [
          channel("tv", { min: 500, minIfUsed: 1_500 }),
          channel("radio", { curve: { ...curve, scale: 200 } }),
        ],
        total: { amount: 3_000, spend: "exactly" },
        objective: { goal: "response" },
      },
    ],
    [
      "with a channel without a max that is worth not even its first unit",
      {
        channels: [channel("tv"), channel("radio", { curve: { ...curve, scale: 0.5 }, max: Infinity })],
        objective: { goal: "profit", valuePerResponse: 200 },
      },
    ],
  ]
  for (const [name, part] of cases)
    for (const count of [1, 3])
      test(`${name}, over ${count}`, () => {
        const problem: Problem = { ...part, constraints: [], method: "auto" }
        const one = expectOptimal(solve(problem))
        checkOptimum(problem, one)
        const found = expectPeriods(solvePeriods(held(problem, count)))
        assert.ok(Math.abs(found.objective / (count * one.objective) - 1) < 1e-6, `${found.objective}`)
        for (const [c, spends] of found.spends.entries())
          for (const spend of spends) {
            const { min, minIfUsed = 0 } = problem.channels[c] as Channel
            assert.ok(spend >= Math.max(min, min > 0 ? minIfUsed : 0), `${spend}`)
          }
      })
})

test("that nothing pays is known to the last digit: spending nothing is the optimum, not next to it", () => {
  const dear = [
    channel("tv", { curve: { type: "hill", scale: 2.4, halfSaturation: 3, slope: 2.2 }, max: 0.5 }),
    channel("radio", {
      curve: {
        type: "hill-sigmoid",
        scale: 98,
        rate: 1.03,
        midpoint: 0,
        exposure: { perSpend: 0.3, carriedOver: 1.22 },
      },
      max: 2.2,
    }),
  ]
  const buys = [
    channel("tv", {
      curve: { type: "hill-sigmoid", scale: 4.5, midpoint: 0.3, rate: 16 },
      max: 1.9,
      minIfUsed: 1,
    }),
  ]
  for (const channels of [dear, buys]) {
    const objective = { goal: "profit", valuePerResponse: 0.04 } as const
    const total = { amount: 0.27, spend: "at-most" } as const
    const problem: Problem = { channels, total, constraints: [], objective, method: "auto" }
    const found = expectPeriods(solvePeriods(held(problem, 1)))
    assert.deepEqual([found.objective, found.spends.flat().every((spend) => spend === 0)], [0, true])
    assert.ok(found.gap <= 1e-6)
  }
})

describe("a period's total that goes to one channel has its own price", () => {
  const slopes = { lp: 1, mip: 2 } as const
  for (const [method, slope] of Object.entries(slopes))
    test(`by ${method}`, () => {
      const hill = (scale: number) => ({ type: "hill", scale, halfSaturation: 50, slope }) as const
      const at = (amount: number) => {
        const channels = [channel("tv", { curve: hill(100) }), channel("radio", { curve: hill(200) })]
        const problem: Problem = {
          channels,
          total: { amount: slope === 1 ? 20 : 250, spend: "exactly" },
          constraints: [],
          objective: { goal: "response" },
          method: "auto",
        }
        const constraints = [{ name: "second", coefficients: { tv: 1, radio: 1 }, periods: [1], max: amount }]
        return expectPeriods(solvePeriods({ ...held(problem, 3), constraints }))
      }
      const [price] = at(10).constraints.map(({ shadowPrice }) => shadowPrice)
      const earned = (at(10.01).objective - at(9.99).objective) / 0.02
      assert.equal(at(10).method, method)
      assert.ok(Math.abs(earned) > 0.1 && Math.abs((price ?? 0) / earned - 1) < 1e-2, `${price}, ${earned}`)
    })
})
