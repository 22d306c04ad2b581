import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { shapeOf } from "../../../app/optimizer/curves.ts"
import { regionOf } from "../../../app/optimizer/domain.ts"
import { exposureAt } from "../../../app/optimizer/periods/exposures.ts"
import { minorantOf } from "../../../app/optimizer/periods/minorant.ts"
import { flatProblem, periodsModel } from "../../../app/optimizer/periods/model.ts"
import { linksOf, propagate } from "../../../app/optimizer/periods/narrow.ts"
import type { PeriodsOptimum, PeriodsProblem } from "../../../app/optimizer/periods/problem.ts"
import { solvePeriods } from "../../../app/optimizer/periods/solve.ts"
import { between, runs } from "./generate.ts"
import { checkPeriods, earned, expectPeriods, hill, same } from "./periods.ts"

const problem = (
  channels: (Partial<PeriodsProblem["channels"][number]> & Pick<PeriodsProblem["channels"][number], "curve">)[],
  periods: number,
  more: Partial<PeriodsProblem> = {},
): PeriodsProblem => ({
  channels: channels.map((channel, c) => ({
    name: `c${c}`,
    today: 0,
    min: same(periods, 0),
    max: same(periods, 100),
    past: [],
    ...channel,
  })),
  seasonality: same(periods, 1),
  afterHorizon: "ignored",
  constraints: [],
  objective: { goal: "response" },
  ...more,
})

describe("the search over periods", () => {
  const curves = [hill(40, 30, 2.2, 0.4), hill(60, 45, 3, 0.6), hill(35, 20, 1.7, 0.3), hill(50, 38, 2.6, 0.5)]
  const seasonality = (periods: number) => Array.from({ length: periods }, (_, t) => 1 + 0.3 * Math.sin(t / 2))

  test("52 S-shaped spends with carry-over close their gap", () => {
    const channels = curves.map((curve) => ({ curve, today: 30, max: same(13, 90) }))
    const { channels: started, ...rest } = problem(channels, 13, {
      seasonality: seasonality(13),
      total: { amount: 1000, spend: "at-most" },
    })
    const given = { ...rest, channels: started.map(({ past: _, ...always }) => always) }
    const found = expectPeriods(solvePeriods(given, { mostNodes: 600 }))
    checkPeriods(given, found)
    assert.equal(found.method, "mip")
  })

  test("the total's price is what the next unit earns in every period that has spend, on convex parts too", () => {
    const given = problem(
      curves.map((curve) => ({ curve })),
      6,
      { seasonality: seasonality(6), total: { amount: 300, spend: "at-most" } },
    )
    const { spends, totalShadowPrice } = expectPeriods(solvePeriods(given))
    const h = 1e-4
    const response = (channel: number, period: number, more: number) =>
      earned(
        given,
        spends.map((own, c) => own.map((spend, t) => (c === channel && t === period ? spend + more : spend))),
      )
    let used = 0
    spends.forEach((own, c) => {
      own.forEach((spend, t) => {
        if (spend === 0) return
        used++
        const rate = (response(c, t, h) - response(c, t, -h)) / (2 * h)
        assert.ok(Math.abs(rate / totalShadowPrice - 1) < 1e-3, `c${c} in ${t}: ${rate}, ${totalShadowPrice}`)
      })
    })
    assert.ok(used > 8, `${used} are used`)
  })

  test("a minimum buy is kept in each period, and nothing on a grid is better", () => {
    for (const [slope, buy] of [
      [1, 6],
      [2.5, 9],
    ] as const) {
      const given = problem(
        [
          { curve: hill(100, 12, slope, 0.5), minIfUsed: buy },
          { curve: hill(70, 8, slope, 0.2), minIfUsed: buy },
        ],
        2,
        { total: { amount: 20, spend: "at-most" } },
      )
      const found = expectPeriods(solvePeriods(given))
      checkPeriods(given, found)
      for (const spend of found.spends.flat()) assert.ok(spend === 0 || spend >= buy, `${spend}`)
      let most = 0
      const steps = [0, ...Array.from({ length: 29 }, (_, k) => buy + k / 2)]
      for (const a of steps)
        for (const b of steps)
          for (const c of steps)
            for (const d of steps) {
              if (a + b + c + d > 20) continue
              most = Math.max(
                most,
                earned(given, [
                  [a, b],
                  [c, d],
                ]),
              )
            }
      assert.ok(found.response >= most * (1 - 1e-6), `${found.response}, on the grid ${most}`)
      assert.ok(found.response <= most * 1.02, "the grid comes near it")
      const free = expectPeriods(
        solvePeriods({ ...given, channels: given.channels.map(({ minIfUsed: _, ...rest }) => rest) }),
      )
      assert.ok(free.response >= found.response)
    }
  })

  test("a bound's price in a period is what relaxing it there earns", () => {
    const given = (more: number) =>
      problem(
        [
          { curve: hill(100, 12, 1, 0.5), max: [6, 4 + more, 100] },
          { curve: hill(70, 8, 1, 0.2), min: [0, 0, 5 - more] },
        ],
        3,
        { total: { amount: 24, spend: "at-most" }, seasonality: [1, 2, 0.2] },
      )
    const { spends, spendBounds, response: at } = expectPeriods(solvePeriods(given(0)))
    assert.deepEqual([spends[0]?.[1], spendBounds[0]?.[1]?.bound], [4, "max"])
    assert.deepEqual([spends[1]?.[2], spendBounds[1]?.[2]?.bound], [5, "min"])
    const h = 1e-3
    const relaxed = [given(0), given(0)]
    const [ofMax, ofMin] = relaxed.map((one, side) => {
      const channels = one.channels.map((channel, c) => (c === side ? (given(h).channels[c] ?? channel) : channel))
      return (expectPeriods(solvePeriods({ ...one, channels })).response - at) / h
    })
    assert.ok(Math.abs((ofMax ?? 0) / (spendBounds[0]?.[1]?.shadowPrice ?? 0) - 1) < 0.02, `max ${ofMax}`)
    assert.ok(Math.abs((ofMin ?? 0) / (spendBounds[1]?.[2]?.shadowPrice ?? 0) - 1) < 0.02, `min ${ofMin}`)
    const free = spendBounds.flat().filter((_, k) => (spends.flat()[k] ?? 0) > 0 && ![0, 1, 5].includes(k))
    assert.ok(free.length > 0 && free.every(({ bound, shadowPrice }) => bound === null && shadowPrice === 0))
  })

  test("minimum buys that cannot be met are named", () => {
    const given = problem([{ curve: hill(100, 8, 1, 0.5), minIfUsed: 8, max: same(2, 9) }], 2, {
      total: { amount: 12, spend: "exactly" },
    })
    const found = solvePeriods(given)
    assert.deepEqual("conflicts" in found ? found.conflicts : found, [
      "total",
      "channels.c0 in period 1.minIfUsed",
      "channels.c0 in period 2.minIfUsed",
      "channels.c0 in period 1.max",
      "channels.c0 in period 2.max",
    ])
  })

  test("at a marginal return the last unit of each period earns it, in all the periods it works", () => {
    const given = problem([{ curve: hill(100, 10, 1, 0.5) }], 3, {
      objective: { goal: "marginal-roi", target: 1.5, valuePerResponse: 2 },
    })
    const found = solvePeriods(given) as PeriodsOptimum
    assert.equal(found.status, "optimal")
    const spends = found.spends[0] ?? []
    spends.forEach((spend, t) => {
      const h = 1e-4
      const at = (moved: number) => 2 * earned(given, [spends.map((value, s) => (s === t ? moved : value))])
      assert.ok(Math.abs((at(spend + h) - at(spend - h)) / (2 * h) / 1.5 - 1) < 1e-2)
    })
  })
})

const shaped = (retentions: number[], periods: number): PeriodsProblem =>
  problem(
    retentions.map((retention) => ({ curve: hill(100, 20, 2, retention), past: [7, 3] })),
    periods,
    { total: { amount: 60, spend: "at-most" } },
  )

function modelOf(given: PeriodsProblem) {
  const model = periodsModel(given, flatProblem(given))
  assert.ok(!("open" in model))
  return model
}

describe("narrowing", () => {
  test("keeps every plan that is within the domains", () => {
    const given = shaped([0.3, 0.6], 4)
    const model = modelOf(given)
    const links = linksOf(model)
    const curves = [...model.channels.shapes, ...same(8, 0).map(() => shapeOf({ type: "linear", slope: 1 }))]
    let narrowed = 0
    fc.assert(
      fc.property(
        fc.array(between(0, 7), { minLength: 8, maxLength: 8 }),
        fc.array(between(0, 1), { minLength: 32, maxLength: 32 }),
        (plan, reach) => {
          const exposures = model.exposures.map((exposure) => exposureAt(exposure, plan))
          const domains = [...exposures, ...plan].map((at, i) => {
            const [below, above] = [reach[2 * i] ?? 0, reach[2 * i + 1] ?? 0]
            const low = Math.max(0, at - 20 * below ** 3)
            return { low, used: low, high: at + 20 * above ** 3 }
          })
          const left = propagate(links, regionOf(curves, domains))
          assert.ok(left, "the plan itself is left")
          ;[...exposures, ...plan].forEach((at, i) => {
            const domain = left.get(i) ?? domains[i]
            assert.ok(
              domain && domain.low <= at + 1e-9 && at <= domain.high + 1e-9,
              `${at} is cut off by ${JSON.stringify(domain)}`,
            )
          })
          narrowed += left.size
        },
      ),
      runs(200),
    )
    assert.ok(narrowed > 500, `${narrowed} domains were narrowed`)
  })

  test("what carries over follows from the exposure before, and what cannot be is found out", () => {
    const model = modelOf(shaped([0.5], 3))
    const links = linksOf(model)
    const curves = [...model.channels.shapes, ...same(3, 0).map(() => shapeOf({ type: "linear", slope: 1 }))]
    const at = (...ends: [number, number][]) =>
      regionOf(
        curves,
        ends.map(([low, high]) => ({ low, used: low, high })),
      )
    const left = propagate(links, at([10, 11], [0, 60], [0, 60], [0, 60], [0, 0], [0, 0]))
    assert.ok(left)
    const third = left.get(2)
    assert.ok(third && Math.abs(third.low - 2.5) < 1e-9 && Math.abs(third.high - 2.75) < 1e-9, JSON.stringify(third))
    assert.equal(propagate(links, at([10, 11], [0, 4], [0, 60], [0, 60], [0, 60], [0, 60])), undefined)
  })
})

test("a minorant touches its curve, lies nowhere above it, and is concave", () => {
  const high = 40
  for (const curve of [hill(100, 10, 3, 0), { type: "power", scale: 1, exponent: 2 } as const]) {
    const shape = shapeOf(curve)
    for (const spend of [0, 2, 6, 7.5, 9, 30]) {
      const minorant = minorantOf(shape, spend, high)
      assert.ok(Math.abs(minorant.response(spend) - shape.response(spend)) <= 1e-12 * shape.response(spend))
      const points = Array.from({ length: 401 }, (_, k) => (k / 400) * high)
      points.forEach((at, k) => {
        assert.ok(minorant.response(at) <= shape.response(at) + 1e-9, `at ${at}, touching at ${spend}`)
        const [a, b, c] = [points[k - 1] ?? 0, at, points[k + 1] ?? high].map((point) => minorant.response(point))
        if (k > 0 && k < 400) assert.ok((a ?? 0) + (c ?? 0) <= 2 * (b ?? 0) + 1e-9, `concave at ${at}`)
        assert.ok(minorant.marginal(at) <= minorant.marginalBefore(at) + 1e-12)
      })
    }
  }
})
