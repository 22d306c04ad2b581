import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { response } from "../../../app/optimizer/curves.ts"
import { solve } from "../../../app/optimizer/index.ts"
import type { PeriodsChannel, PeriodsOptimum, PeriodsProblem } from "../../../app/optimizer/periods/problem.ts"
import { mostSpends } from "../../../app/optimizer/periods/problem.ts"
import { solvePeriods } from "../../../app/optimizer/periods/solve.ts"
import { loadSolver } from "../../../app/optimizer/solvers.ts"
import { expectOptimal } from "./expect.ts"
import { best, checkPeriods, earned, expectPeriods, hill, randomPeriods, same } from "./periods.ts"

const solvers = { glpk: await loadSolver("glpk"), highs: await loadSolver("highs") }

const channel = (name: string, periods: number, more: Partial<PeriodsChannel> = {}): PeriodsChannel => ({
  name,
  curve: hill(100, 10, 1, 0.5),
  today: 10,
  min: same(periods, 0),
  max: same(periods, Infinity),
  past: [],
  ...more,
})

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

const problem = (channels: PeriodsChannel[], more: Partial<PeriodsProblem> = {}): PeriodsProblem => ({
  channels,
  seasonality: same(channels[0]?.min.length ?? 0, 1),
  afterHorizon: "ignored",
  constraints: [],
  objective: { goal: "response" },
  ...more,
})

for (const [name, solver] of Object.entries(solvers))
  describe(`several periods, ${name}`, () => {
    for (const slope of [1, 3])
      test(`nothing on a grid is better: slope ${slope}`, () => {
        const periods = 3
        const given = problem(
          [
            channel("a", periods, { curve: hill(100, 8, slope, 0.6), past: [3, 6] }),
            channel("b", periods, { curve: hill(60, 5, slope, 0.2) }),
          ],
          { seasonality: [1, 0.7, 1.4], total: { amount: 40, spend: "at-most" } },
        )
        const found = expectPeriods(solvePeriods(given, { solver }))
        checkPeriods(given, found)
        // 2 channels in 3 periods, in steps of 2.5: all spends within the total
        const grid = best(given, 2.5)
        assert.ok(grid.value > 0)
        assert.ok(found.objective >= grid.value, `${found.objective} is less than ${grid.value} at ${grid.spends}`)
        assert.ok(found.objective <= grid.value * 1.1, "the grid comes near it")
        assert.equal(found.method, slope === 1 ? "lp" : "mip")
      })

    test("a grid around the answer holds nothing better, to the gap", () => {
      const given = problem([channel("a", 2, { curve: hill(100, 8, 2.5, 0.5), past: [4] })], {
        seasonality: [1, 1.3],
        total: { amount: 21, spend: "exactly" },
      })
      const found = expectPeriods(solvePeriods(given, { solver }))
      let most = 0
      for (let i = 0; i <= 21_000; i++) most = Math.max(most, earned(given, [[i / 1000, 21 - i / 1000]]))
      assert.ok(found.response >= most * (1 - 1e-6))
      assert.ok(found.response <= most * (1 + 1e-6))
    })

    test("without carry-over and seasons the horizon is the one-period optimum, each period", () => {
      const curves = { a: hill(100, 10, 1, 0), b: hill(150, 30, 0.8, 0), c: hill(40, 3, 1, 0) }
      const periods = 4
      const given = problem(
        Object.entries(curves).map(([key, curve]) => channel(key, periods, { curve, max: same(periods, 30) })),
        { total: { amount: 40 * periods, spend: "exactly" } },
      )
      const found = expectPeriods(solvePeriods(given, { solver }))
      const one = expectOptimal(
        solve({
          channels: Object.entries(curves).map(([key, curve]) => ({ name: key, curve, today: 0, min: 0, max: 30 })),
          total: { amount: 40, spend: "exactly" },
          constraints: [],
          objective: { goal: "response" },
          method: "auto",
        }),
      )
      assert.ok(Math.abs(found.response / (periods * one.response) - 1) < 1e-7)
      assert.ok(Math.abs(found.totalShadowPrice / one.totalShadowPrice - 1) < 1e-3)
    })

    test("without carry-over and with totals of periods each period is a problem of its own", () => {
      const curves = [hill(100, 10, 2, 0), hill(150, 30, 3, 0)]
      const seasonality = [1, 1.5, 0.5]
      const amounts = [12, 30, 55]
      const given = problem(
        curves.map((curve, c) => channel(`${c}`, 3, { curve })),
        {
          seasonality,
          constraints: amounts.map((amount, t) => ({
            name: `total ${t}`,
            coefficients: { "0": 1, "1": 1 },
            periods: [t],
            min: amount,
            max: amount,
          })),
        },
      )
      const found = expectPeriods(solvePeriods(given, { solver }))
      checkPeriods(given, found)
      const alone = amounts.map((amount) =>
        expectOptimal(
          solve({
            channels: curves.map((curve, c) => ({ name: `${c}`, curve, today: 0, min: 0, max: Infinity })),
            total: { amount, spend: "exactly" },
            constraints: [],
            objective: { goal: "response" },
            method: "auto",
          }),
        ),
      )
      const sum = alone.reduce((total, { response: one }, t) => total + one * (seasonality[t] ?? 0), 0)
      assert.ok(Math.abs(found.response / sum - 1) < 2e-6, `${found.response}, alone ${sum}`)
    })

    test("a long horizon comes to the steady state of the one-period problem", () => {
      const curves = [hill(100, 20, 1, 0.5), hill(80, 8, 1, 0.3)]
      const steady = expectOptimal(
        solve({
          channels: curves.map((curve, c) => ({ name: `${c}`, curve, today: 0, min: 0, max: Infinity })),
          total: { amount: 20, spend: "exactly" },
          constraints: [],
          objective: { goal: "response" },
          method: "auto",
        }),
      )
      // The last periods' spends work for less long, so some is drawn forward: ever less a period, the more there are
      const away = [10, 40].map((periods) => {
        const channels = curves.map((curve, c) => {
          const { past: _, ...held } = channel(`${c}`, periods, { curve, today: steady.allocation[c] ?? 0 })
          return held
        })
        const given = problem(channels, { total: { amount: 20 * periods, spend: "exactly" } })
        const found = expectPeriods(solvePeriods(given, { solver }))
        const held = steady.allocation.map((spend) => same(periods, spend))
        const most = periods * steady.response
        assert.ok(Math.abs(earned(given, held) / most - 1) < 1e-9, "a spend held is a steady state")
        assert.ok(found.response >= most * (1 - 1e-6))
        const middle = found.spends.map((spends) => spends.slice(periods / 2 - 2, periods / 2 + 2))
        return {
          response: found.response / most - 1,
          spend: Math.max(...middle.map((spends, c) => Math.abs(sumOf(spends) / 4 / (steady.allocation[c] ?? 0) - 1))),
        }
      })
      const [short, long] = away
      assert.ok(short && long)
      assert.ok(long.response < short.response / 3 && long.response < 0.003, JSON.stringify(away))
      assert.ok(long.spend < short.spend / 3 && long.spend < 0.03, JSON.stringify(away))
    })

    test("random problems: constraints hold, the gap is closed, and the same comes twice", () => {
      for (let seed = 1; seed <= 25; seed++) {
        const given = randomPeriods(seed)
        const found = expectPeriods(solvePeriods(given, { solver }), `seed ${seed}`)
        checkPeriods(given, found)
        if (seed % 8 === 0) assert.deepEqual(solvePeriods(given, { solver }), found)
      }
    })
  })

describe("several periods", () => {
  test("both solvers find the same objective", () => {
    for (let seed = 101; seed <= 112; seed++) {
      const given = randomPeriods(seed)
      const [a, b] = Object.values(solvers).map((solver) => expectPeriods(solvePeriods(given, { solver })))
      const size = Math.max(a?.response ?? 0, b?.response ?? 0) * ("valuePerResponse" in given.objective ? 5 : 1)
      assert.ok(Math.abs((a?.objective ?? 0) - (b?.objective ?? 1)) <= 2e-6 * size, `seed ${seed}`)
    }
  })

  test("at the best profit a spend's last unit earns what it costs, in all the periods it works", () => {
    const periods = 4
    const given = problem([channel("a", periods, { curve: hill(100, 10, 1, 0.5) })], {
      objective: { goal: "profit", valuePerResponse: 2 },
    })
    const found = expectPeriods(solvePeriods(given))
    const spends = found.spends[0] ?? []
    spends.forEach((spend, t) => {
      const h = 1e-4
      const at = (moved: number) => 2 * earned(given, [spends.map((value, s) => (s === t ? moved : value))])
      const rate = (at(spend + h) - at(spend - h)) / (2 * h)
      assert.ok(spend > 0 && Math.abs(rate - 1) < 1e-2, `period ${t} earns ${rate}`)
    })
    assert.ok((spends[3] ?? 0) < (spends[1] ?? 0), "the last period's spend works once only")
  })

  test("what works after the horizon keeps the last period's spend up", () => {
    const given = problem([channel("a", 3, { curve: hill(100, 10, 1, 0.5, 4) })], {
      total: { amount: 30, spend: "exactly" },
    })
    const ignored = expectPeriods(solvePeriods(given))
    const counted = expectPeriods(solvePeriods({ ...given, afterHorizon: "counted" }))
    checkPeriods({ ...given, afterHorizon: "counted" }, counted)
    assert.ok((counted.spends[0]?.[2] ?? 0) > (ignored.spends[0]?.[2] ?? 0) + 1)
    assert.ok(counted.response > ignored.response)
  })

  test("a search that is stopped has a plan, and the gap it has", () => {
    const given = problem(
      [0.4, 0.5, 0.6].map((retention, c) => channel(`${c}`, 6, { curve: hill(100, 20, 3, retention) })),
      { total: { amount: 200, spend: "exactly" } },
    )
    let asked = 0
    const found = solvePeriods(given, { expired: () => ++asked > 60 }) as PeriodsOptimum
    assert.deepEqual([found.status, found.stopped], ["feasible", "deadline"])
    assert.ok(found.gap > 1e-6 && found.gap < 1)
    checkPeriods(given, found)
  })

  test("what cannot be met is named with its period", () => {
    const given = problem([channel("a", 3, { min: [0, 8, 0], max: [20, 20, 2] }), channel("b", 3)], {
      total: { amount: 50, spend: "exactly" },
      constraints: [
        { name: "total of 2", coefficients: { a: 1, b: 1 }, periods: [1], max: 7 },
        { name: "b", coefficients: { b: 1 }, max: 100 },
      ],
    })
    const found = solvePeriods(given)
    assert.deepEqual(found, {
      status: "infeasible",
      conflicts: ["total of 2", "channels.a in period 2.min"],
      detail:
        "These cannot be met together: constraint total of 2; the min of 8 of channel a in period 2. Relax one of them.",
    })
  })

  test("what has no end, or none that can be counted, is named", () => {
    const given = problem([channel("a", 2, { curve: { type: "linear", slope: 2 } })])
    assert.deepEqual(solvePeriods(given), {
      status: "unbounded",
      detail: "Nothing known limits the spend on a: give it a max, or the problem a total.",
    })
    const endless = problem([channel("tv", 2)], { afterHorizon: "counted", total: { amount: 9, spend: "exactly" } })
    const found = solvePeriods(endless)
    assert.equal(found.status, "not-solvable")
    assert.match("detail" in found ? found.detail : "", /cannot be counted for tv, whose adstock has no end/)
  })

  test("numbers that no problem may have are refused by name", () => {
    const wrong: [PeriodsProblem, RegExp][] = [
      [problem([channel("a", mostSpends + 1)]), /channels times periods are 521: they must be from 1 to 520/],
      [problem([channel("a", 2, { min: [0, Number.NaN] })]), /min of a is NaN/],
      [problem([channel("a", 2, { max: [1] })]), /a has 2 min and 1 max/],
      [problem([channel("a", 2)], { seasonality: [1, -1] }), /seasonality\[1\] is -1/],
      [problem([channel("a", 2), channel("a", 2)]), /names must differ/],
    ]
    for (const [given, message] of wrong) assert.throws(() => solvePeriods(given), message)
  })

  test("a spend held constant is its own exposure, by every adstock", () => {
    const adstocks = [
      { type: "geometric", retention: 0.7 },
      { type: "delayed", retention: 0.5, peak: 2, periods: 6 },
      { type: "weibull-pdf", shape: 2, scale: 3, periods: 8 },
    ] as const
    for (const adstock of adstocks) {
      const curve = { type: "hill", scale: 100, halfSaturation: 30, slope: 1, exposure: { adstock } } as const
      const { past: _, ...held } = channel("a", 5, { curve, today: 12, min: same(5, 12), max: same(5, 12) })
      const found = expectPeriods(solvePeriods(problem([held])))
      assert.ok(Math.abs(found.response / (5 * response(curve, 12)) - 1) < 1e-12, adstock.type)
    }
  })
})
