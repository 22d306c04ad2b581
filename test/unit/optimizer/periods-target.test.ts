import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { solve } from "../../../app/optimizer/index.ts"
import { exposuresOf } from "../../../app/optimizer/periods/exposures.ts"
import type { PeriodsChannel, PeriodsOptimum, PeriodsProblem } from "../../../app/optimizer/periods/problem.ts"
import { mostReturning } from "../../../app/optimizer/periods/returning.ts"
import { solvePeriods } from "../../../app/optimizer/periods/solve.ts"
import type { Objective } from "../../../app/optimizer/problem.ts"
import { loadSolver } from "../../../app/optimizer/solvers.ts"
import { expectOptimal } from "./expect.ts"
import { between, runs } from "./generate.ts"
import { best, checkPeriods, earned, expectPeriods, hill, randomPeriods, same } from "./periods.ts"

const solvers = { glpk: await loadSolver("glpk"), highs: await loadSolver("highs") }

const sumOf = (spends: readonly (readonly number[])[]) => spends.flat().reduce((sum, spend) => sum + spend, 0)

/** Two channels in three periods with carry-over, seasons and a past. */
const problem = (slope: number, objective: Objective, more: Partial<PeriodsProblem> = {}): PeriodsProblem => ({
  channels: [
    { name: "a", curve: hill(100, 8, slope, 0.6), today: 5, min: same(3, 0), max: same(3, Infinity), past: [3, 6] },
    { name: "b", curve: hill(60, 5, slope, 0.2), today: 5, min: same(3, 0), max: same(3, Infinity), past: [] },
  ],
  seasonality: [1, 0.7, 1.4],
  afterHorizon: "ignored",
  constraints: [],
  objective,
  ...more,
})

const leastSpend = (response: number) => ({ goal: "least-spend", response }) as const
const roi = (target: number) => ({ goal: "roi", target, valuePerResponse: 2 }) as const

for (const [name, solver] of Object.entries(solvers))
  describe(`several periods with a target, ${name}`, () => {
    for (const slope of [1, 3])
      test(`nothing on a grid is better: slope ${slope}`, () => {
        const gridded = problem(slope, leastSpend(0), { total: { amount: 30, spend: "at-most" } })
        const response = slope === 1 ? 260 : 250
        const least = problem(slope, leastSpend(response))
        const found = expectPeriods(solvePeriods(least, { solver }))
        checkPeriods(least, found)
        assert.equal(found.method, slope === 1 ? "lp" : "mip")
        const cheapest = best(gridded, 2, (got, spend) => (got >= response ? -spend : -Infinity))
        assert.ok(found.objective <= -cheapest.value && found.objective >= -cheapest.value * 0.9, `${cheapest.value}`)
        const target = slope === 1 ? 22 : 25
        const returning = problem(slope, roi(target))
        const most = expectPeriods(solvePeriods(returning, { solver }))
        checkPeriods(returning, most)
        assert.ok(sumOf(most.spends) < 30, "the grid holds the best")
        const grid = best(gridded, 2, (got, spend) => (2 * got >= target * spend ? got : -Infinity))
        assert.ok(most.objective >= grid.value && most.objective <= grid.value * 1.1, `${grid.value}`)
      })

    test("random problems: as good as the most response, all is met, and the same comes twice", () => {
      for (let seed = 1; seed <= 30; seed++) {
        const { total: _, ...open } = randomPeriods(seed)
        const today = open.channels.reduce((sum, channel) => sum + channel.today, 0)
        const total = { amount: today * open.seasonality.length * 0.8, spend: "at-most" } as const
        const most = solvePeriods({ ...open, total, objective: { goal: "response" } }, { solver })
        if (!("spends" in most) || most.response === 0) continue
        const spend = sumOf(most.spends)
        const least = { ...open, objective: leastSpend(most.response) }
        const found = expectPeriods(solvePeriods(least, { solver }), `seed ${seed}`)
        checkPeriods(least, found)
        assert.ok(found.objective <= spend * (1 + 1e-6), `seed ${seed}: ${found.objective}, and ${spend} does`)
        const returning = { ...open, objective: roi((2 * most.response * 0.9) / spend) }
        const other = expectPeriods(solvePeriods(returning, { solver }), `seed ${seed}`)
        checkPeriods(returning, other)
        assert.ok(other.objective >= most.response * (1 - 1e-6), `seed ${seed}: ${other.objective}, ${most.response}`)
        if (seed % 10 === 0) assert.deepEqual(solvePeriods(returning, { solver }), other)
      }
    })
  })

describe("several periods with a target", () => {
  test("the least spend for what a total earns most is that total", () => {
    const total = { amount: 40, spend: "at-most" } as const
    for (const slope of [1, 3]) {
      const most = expectPeriods(solvePeriods(problem(slope, { goal: "response" }, { total })))
      for (const limits of [{}, { total }]) {
        const least = expectPeriods(solvePeriods(problem(slope, leastSpend(most.response), limits)), `slope ${slope}`)
        assert.ok(Math.abs(least.objective / 40 - 1) <= 1e-6, `slope ${slope}: ${least.objective}`)
      }
      const other = expectPeriods(solvePeriods(problem(slope, roi((2 * most.response) / 40))))
      assert.ok(other.objective >= most.response * (1 - 1e-6))
    }
  })

  test("one period is answered as a problem without periods is", () => {
    const objectives = [leastSpend(90), roi(3)]
    for (const objective of objectives)
      for (const slope of [1, 2.5])
        for (const minIfUsed of [0, 25]) {
          const curves = [hill(100, 10, slope, 0), hill(50, 4, slope, 0), hill(40, 20, slope, 0)]
          const channels = curves.map((curve, c) => ({
            name: `${c}`,
            curve,
            today: 5,
            minIfUsed: c === 0 ? minIfUsed : 0,
          }))
          const constraints = [{ name: "row", coefficients: { "1": 1, "2": 1 }, max: 9 }]
          const alone = expectOptimal(
            solve({
              channels: channels.map((channel) => ({ ...channel, min: 0, max: 60 })),
              constraints,
              objective,
              method: "auto",
            }),
          )
          const found = expectPeriods(
            solvePeriods({
              channels: channels.map((channel): PeriodsChannel => ({ ...channel, min: [0], max: [60], past: [] })),
              seasonality: [1],
              afterHorizon: "ignored",
              constraints,
              objective,
            }),
          )
          const label = `${objective.goal}, slope ${slope}, minimum buy ${minIfUsed}`
          assert.ok(Math.abs(found.objective / alone.objective - 1) <= 2e-6, `${label}: ${found.objective}`)
          const [ours, theirs] = [found.constraints[0], alone.constraints[0]]
          assert.equal(ours?.binding, theirs?.binding, label)
          const price = theirs?.shadowPrice ?? 0
          assert.ok(
            Math.abs((ours?.shadowPrice ?? 0) - price) <= 1e-3 * Math.abs(price),
            `${label}: ${ours?.shadowPrice}`,
          )
        }
  })

  test("a price is what relaxing a constraint or a bound saves or earns", () => {
    const at = (objective: Objective, moved: number, bound: number) => {
      const { channels, ...rest } = problem(1, objective, {
        constraints: [{ name: "first", coefficients: { a: 1, b: 1 }, periods: [0], max: 3 + moved }],
      })
      const [a, b] = channels as [PeriodsChannel, PeriodsChannel]
      return expectPeriods(solvePeriods({ ...rest, channels: [a, { ...b, max: [Infinity, 1 + bound, Infinity] }] }))
    }
    const h = 1e-2
    for (const objective of [leastSpend(260), roi(14)]) {
      const { constraints, spendBounds, objective: value } = at(objective, 0, 0)
      const row = (at(objective, h, 0).objective - value) / h
      const bound = (at(objective, 0, h).objective - value) / h
      assert.equal(spendBounds[1]?.[1]?.bound, "max")
      assert.ok(Math.abs(row / (constraints[0]?.shadowPrice ?? 0) - 1) < 0.02, `${objective.goal} row ${row}`)
      assert.ok(Math.abs(bound / (spendBounds[1]?.[1]?.shadowPrice ?? 0) - 1) < 0.02, `${objective.goal} max ${bound}`)
      assert.ok(objective.goal === "least-spend" ? row < 0 && bound < 0 : row > 0 && bound > 0)
    }
  })

  test("a minimum buy is kept with a target, and nothing on a grid is better", () => {
    const { channels, ...rest } = problem(2, leastSpend(200), { total: { amount: 30, spend: "at-most" } })
    const given = { ...rest, channels: channels.map((channel) => ({ ...channel, minIfUsed: 6 })) }
    const found = expectPeriods(solvePeriods(given))
    checkPeriods(given, found)
    for (const spend of found.spends.flat()) assert.ok(spend === 0 || spend >= 6, `${spend}`)
    const grid = best(given, 3, (got, spend) => (got >= 200 ? -spend : -Infinity))
    assert.ok(found.objective <= -grid.value, `${found.objective}, on the grid ${grid.value}`)
    const free = expectPeriods(solvePeriods({ ...rest, channels }))
    assert.ok(free.objective < found.objective, "it costs something")
  })

  test("a target that is too high is named, with what conflicts and the most that there is", () => {
    const limit = 160 * 3.1
    assert.deepEqual(solvePeriods(problem(1, leastSpend(500))), {
      status: "infeasible",
      conflicts: ["objective.response"],
      detail: `This cannot be met: a response of 500. Relax it. No more than ${limit} can be earned.`,
    })
    const total = { amount: 40, spend: "at-most" } as const
    for (const slope of [1, 3]) {
      const most = expectPeriods(solvePeriods(problem(slope, { goal: "response" }, { total }))).response
      const found = solvePeriods(problem(slope, leastSpend(most * 1.001), { total }))
      assert.deepEqual("conflicts" in found ? found.conflicts : found, ["total", "objective.response"])
      const [, figure] = /No more than ([\d.]+) can be earned\.$/.exec("detail" in found ? found.detail : "") ?? []
      assert.ok(Math.abs(Number(figure) / most - 1) < 1e-6, `${figure}, not ${most}`)
      const { channels, ...rest } = problem(slope, roi(20))
      const kept = channels.map((channel, c) => (c === 0 ? { ...channel, min: [0, 90, 0] } : channel))
      const short = solvePeriods({ ...rest, channels: kept })
      assert.deepEqual("conflicts" in short ? short.conflicts : short, [
        "objective.target",
        "channels.a in period 2.min",
      ])
    }
  })

  test("a target that needs no spend, or is met by the least there may be, costs that", () => {
    const none = expectPeriods(solvePeriods(problem(1, leastSpend(10))))
    assert.deepEqual([none.objective, none.bound, none.gap], [0, 0, 0])
    const { channels, ...rest } = problem(3, leastSpend(10))
    const kept = channels.map((channel) => ({ ...channel, min: [1, 0, 2] }))
    assert.equal(expectPeriods(solvePeriods({ ...rest, channels: kept })).objective, 6)
  })

  test("a return that is always there has no end", () => {
    const line = { name: "a", curve: { type: "linear", slope: 2 }, today: 0, min: [0], max: [Infinity] } as const
    const given = { channels: [line], seasonality: [1], afterHorizon: "ignored", constraints: [] } as const
    const found = solvePeriods({ ...given, objective: { goal: "roi", target: 1.5, valuePerResponse: 1 } })
    assert.equal(found.status, "unbounded")
    assert.match("detail" in found ? found.detail : "", /^Nothing known limits the spend on a: give it a max/)
  })

  test("a search that is stopped has a plan that meets the target, and the gap it has", () => {
    const curve = (retention: number) => hill(100, 20, 3, retention)
    const channels = [0.4, 0.5, 0.6].map((retention, c) => ({
      name: `${c}`,
      curve: curve(retention),
      today: 5,
      min: same(6, 0),
      max: same(6, 60),
      past: [],
    }))
    for (const objective of [leastSpend(700), leastSpend(900)]) {
      const given = { ...problem(3, objective), channels, seasonality: [1, 0.8, 1.2, 1, 0.9, 1.1] }
      let asked = 0
      const found = solvePeriods(given, { expired: () => ++asked > 30 }) as PeriodsOptimum
      assert.deepEqual([found.status, found.stopped], ["feasible", "deadline"])
      assert.ok(found.gap > 1e-6 && found.gap < 1, `${found.gap}`)
      checkPeriods(given, found)
    }
  })
})

test("spends that are held at a bound lie on it, also where a target is to be met", () => {
  const { channels, ...rest } = problem(1, leastSpend(260))
  const weak: PeriodsChannel = {
    name: "c",
    curve: hill(1, 5, 1, 0.2),
    today: 5,
    min: [0, 0.5, 0],
    max: same(3, 9),
    past: [],
  }
  for (const objective of [leastSpend(260), roi(14)]) {
    const { spends, spendBounds } = expectPeriods(solvePeriods({ ...rest, objective, channels: [...channels, weak] }))
    assert.deepEqual(spends[2], [0, 0.5, 0])
    assert.deepEqual(
      spendBounds[2]?.map(({ bound }) => bound),
      ["min", "min", "min"],
    )
  }
})

test("no plan with a return spends more than it is said to at most", () => {
  let near = 0
  fc.assert(
    fc.property(
      fc.array(between(0, 60), { minLength: 6, maxLength: 6 }),
      between(0.5, 25),
      between(-100, 100),
      fc.constantFrom(1, 3),
      (plan, target, least, slope) => {
        const given = problem(slope, roi(target))
        const most = mostReturning({ weight: 2, price: target, least }, exposuresOf(given))
        const spends = [plan.slice(0, 3), plan.slice(3)]
        const spend = sumOf(spends)
        if (2 * earned(given, spends) - target * spend < least) return
        near = Math.max(near, spend / most)
        assert.ok(spend <= most * (1 + 1e-9), `${spend} is more than ${most}`)
      },
    ),
    runs(400),
  )
  assert.ok(near > 0.3, `the nearest is ${near}`)
})

test("a spend that makes room for another under a constraint is worth more than it earns itself", () => {
  const channel = (name: string, scale: number) => ({
    name,
    curve: hill(scale, 10, 1, 0),
    today: 0,
    min: [0],
    max: [Infinity],
    past: [],
  })
  const given: PeriodsProblem = {
    ...problem(1, { goal: "profit", valuePerResponse: 1 }),
    channels: [channel("a", 1000), channel("b", 1)],
    seasonality: [1],
    constraints: [{ name: "a at most b", coefficients: { a: 1, b: -1 }, max: 0 }],
  }
  const found = expectPeriods(solvePeriods(given))
  // Both spend x, where the next unit of each earns (1000 + 1) · 10 / (10 + x)² together, what the two cost
  const x = Math.sqrt((1001 * 10) / 2) - 10
  assert.ok(Math.abs(found.objective / ((1001 * x) / (10 + x) - 2 * x) - 1) < 1e-6, `${found.objective}`)
})
