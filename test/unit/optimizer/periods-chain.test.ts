import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { shapeOf } from "../../../app/optimizer/curves.ts"
import { solveByGlpk } from "../../../app/optimizer/glpk.ts"
import { never, passedOn, trimmed } from "../../../app/optimizer/periods/chain/ahead.ts"
import { narrowed } from "../../../app/optimizer/periods/chain/band.ts"
import { chainsOf, statesOf } from "../../../app/optimizer/periods/chain/chain.ts"
import { type Lagrangian, lagrangianOf } from "../../../app/optimizer/periods/chain/lagrangian.ts"
import { Majorant } from "../../../app/optimizer/periods/chain/majorant.ts"
import { searchChains } from "../../../app/optimizer/periods/chain/search.ts"
import { searchEnvelopes } from "../../../app/optimizer/periods/envelopes.ts"
import { exposureAt } from "../../../app/optimizer/periods/exposures.ts"
import { flatProblem, periodsModel } from "../../../app/optimizer/periods/model.ts"
import type { PeriodsProblem } from "../../../app/optimizer/periods/problem.ts"
import { solvePeriods } from "../../../app/optimizer/periods/solve.ts"
import { dice, ending, shaped } from "./chains.ts"
import { runs, shapedCurve } from "./generate.ts"
import { checkPeriods, earned, expectPeriods, hill, same } from "./periods.ts"

function modelOf(given: PeriodsProblem) {
  const model = periodsModel(given, flatProblem(given))
  assert.ok(!("open" in model))
  return model
}

function lagrangian(given: PeriodsProblem): Lagrangian {
  const found = lagrangianOf(given, modelOf(given))
  assert.ok(found, "its channels are chains")
  return found
}

/** A channel of which nothing carries over. */
const forgetting = (channel: PeriodsProblem["channels"][number]) => ({
  ...channel,
  curve: { ...channel.curve, exposure: { adstock: { type: "geometric" as const, retention: 0 } } },
})

/**
 * A problem with a plan that it allows: adstocks with an end, without one and none, every kind of bound, and rows that
 * the plan meets with more or less room.
 */
function withPlan(seed: number): { given: PeriodsProblem; plan: number[][] } {
  const random = dice(seed)
  const periods = 3 + Math.floor(3 * random())
  const base = shaped(2 + Math.floor(2 * random()), periods, seed)
  const channels = base.channels.map((channel, c) => ({
    ...((seed + c) % 4 === 0 ? forgetting(channel) : channel),
    min: Array.from({ length: periods }, () => (random() < 0.2 ? 8 : 0)),
    max: Array.from({ length: periods }, () => 20 + 70 * random()),
    ...(random() < 0.5 ? { minIfUsed: 15 } : {}),
    ...(random() < 0.5 ? { past: [40 * random(), 40 * random()] } : {}),
  }))
  const plan = channels.map(({ min, max, minIfUsed = 0 }) =>
    min.map((least, t) => {
      const low = Math.max(least, minIfUsed)
      return random() < 0.3 && least === 0 ? 0 : low + random() * Math.max(0, (max[t] ?? 0) - low)
    }),
  )
  const use = (names: number[], at: number[]) =>
    names.reduce((sum, c) => sum + at.reduce((all, t) => all + (plan[c]?.[t] ?? 0), 0), 0)
  const every = Array.from({ length: periods }, (_, t) => t)
  const given: PeriodsProblem = {
    ...base,
    channels,
    total: { amount: use([...channels.keys()], every) * (1 + 0.2 * random()), spend: "at-most" },
    constraints: [
      { name: "group", coefficients: { c0: 1, c1: 1 }, min: use([0, 1], every) * random() },
      { name: "period", coefficients: { c0: 1, c1: 1 }, periods: [1], max: use([0, 1], [1]) * (1 + random()) },
    ],
  }
  const end = 1 + Math.floor((periods + 1) * random())
  return { given: random() < 0.3 ? given : ending(given, end, random() < 0.5 ? "ignored" : "counted"), plan }
}

/** Prices of what leaves exposures, of any size. */
const anyRates = ({ lones }: Lagrangian, random: () => number) =>
  lones.map(({ chain: { past, after } }) => past.map((_, t) => (t >= after ? 0.5 * random() : 0)))

describe("a majorant", () => {
  const least = 1e-12

  test("lies nowhere below its curve", () => {
    fc.assert(
      fc.property(shapedCurve(1), fc.nat(20), (curve, start) => {
        const shape = shapeOf(curve)
        const step = 0.05
        const heights = new Majorant(shape, start / 10, step, 200).between(0, 200)
        for (let k = 0; k < 200; k++)
          for (const part of [0, 0.2, 0.5, 0.9, 1]) {
            const line = (1 - part) * (heights[k] as number) + part * (heights[k + 1] as number)
            const height = shape.response(start / 10 + (k + part) * step)
            assert.ok(line >= height - least * height, `${line} is under ${height} at ${k} + ${part}`)
          }
      }),
      runs(200),
    )
  })

  test("is the same whatever was asked of it before, and four times as near at half the step", () => {
    const shape = shapeOf(hill(100, 10, 2.5, 0))
    const heights = (step: number, cells: number) => new Majorant(shape, 0, step, cells).between(0, cells)
    const bits = new Majorant(shape, 0, 0.1, 500)
    for (const [first, last] of [
      [300, 310],
      [60, 70],
      [0, 500],
    ] as const)
      bits.between(first, last)
    assert.deepEqual(bits.between(0, 500), heights(0.1, 500))
    const over = (step: number) => {
      const all = heights(step, 50 / step)
      return Math.max(...all.map((height, k) => height - shape.response(k * step)))
    }
    for (const step of [0.5, 0.25, 0.125]) {
      const ratio = over(step) / over(step / 2)
      assert.ok(ratio > 3.5 && ratio < 4.5, `${ratio}`)
    }
  })
})

test("what is passed on to the stage before lies nowhere below the most in the window", () => {
  const random = dice(7)
  for (let round = 0; round < 300; round++) {
    const count = 2 + Math.floor(20 * random())
    const values = Float64Array.from({ length: count }, () => 10 * random())
    const used = random() < 0.5 ? 0 : 3 * random()
    const reach = { low: 0, used, high: used + (random() < 0.2 ? 0 : 12 * random()) }
    const keep = random() < 0.1 ? 0 : 2 * random()
    const before = { first: 0, last: 15 }
    // A node that no plan leads on from, inside or at an end
    const hole = keep <= 1 && round % 3 === 0 ? Math.floor(count * random()) : -2
    if (hole >= 0) values[hole] = never
    const passed = passedOn(trimmed({ first: 1, last: count, values }), reach, before, keep)
    const at = (place: number) => {
      if (place < 1 || place > count || Math.abs(place - hole - 1) < 1) return -Infinity
      const j = Math.min(count - 1, Math.floor(place))
      const [a, b] = [values[j - 1] ?? 0, values[j] ?? 0]
      return a + (place - j) * (b - a)
    }
    for (let step = 0; step <= 150; step++) {
      const place = step / 10
      const rest = keep * place
      let most = at(rest)
      if (used > 0 && keep === 0 && rest < 1) most = -Infinity
      for (let k = 0; k <= 400; k++) most = Math.max(most, at(rest + used + (k / 400) * (reach.high - used)))
      if (used === 0) most = Math.max(at(rest + reach.high), most)
      if (most === -Infinity) continue
      const k = Math.min(14, Math.floor(place))
      const line = (passed[k] ?? 0) + (place - k) * ((passed[k + 1] ?? 0) - (passed[k] ?? 0))
      assert.ok(line >= most - 1e-9, `${line} is under ${most}: round ${round}, place ${place}`)
    }
  }
})

describe("chains", () => {
  const chainOf = (adstock: object | undefined, periods = 4) => {
    const { channels, ...rest } = shaped(1, periods, 1)
    const curve = {
      type: "hill" as const,
      scale: 50,
      halfSaturation: 30,
      slope: 2,
      ...(adstock ? { exposure: { adstock } } : {}),
    }
    const given = { ...rest, channels: channels.map((channel) => ({ ...channel, curve })) } as PeriodsProblem
    return chainsOf(modelOf(given))?.[0]
  }

  test("are what geometric adstocks without end are, and no adstock", () => {
    const endless = chainOf({ type: "geometric", retention: 0.6 })
    assert.ok(endless?.lost === 0 && Math.abs(endless.keep - 0.6) < 1e-12 && Math.abs(endless.gain - 0.4) < 1e-12)
    const none = chainOf(undefined)
    assert.deepEqual([none?.lost, none?.keep, none?.gain], [0, 0, 1])
    assert.equal(chainOf({ type: "geometric", retention: 0.6, periods: 9 })?.lost, 0)
    assert.equal(chainOf({ type: "delayed", retention: 0.6, peak: 1, periods: 4 }), undefined)
  })

  test("lose a share of an earlier state where an adstock ends", () => {
    const ended = chainOf({ type: "geometric", retention: 0.6, periods: 2 })
    assert.ok(ended?.after === 2 && Math.abs(ended.lost - 0.36) < 1e-12)
    for (let seed = 1; seed <= 50; seed++) {
      const { given, plan } = withPlan(seed)
      const model = modelOf(given)
      const spends = Float64Array.from(plan.flat())
      for (const chain of chainsOf(model) ?? []) {
        const { past, after, lost, spend, domains, exposure } = chain
        const states = statesOf(
          chain,
          Array.from(past, (_, t) => (t < domains.length ? (spends[spend + t] ?? 0) : 0)),
        )
        model.exposures.slice(exposure, exposure + past.length).forEach((own, t) => {
          const made = (past[t] ?? 0) + (states[t] ?? 0) - lost * (states[t - after] ?? 0)
          const is = exposureAt(own, spends)
          assert.ok(Math.abs(made - is) < 1e-12 * (1 + is), `${made}, is ${is}: seed ${seed}`)
        })
      }
    }
  })

  test("narrow a band to what leads there, and keep every plan within it", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { given, plan } = withPlan(seed)
      const { lones, whole } = lagrangian(given)
      const random = dice(seed)
      lones.forEach(({ chain }, c) => {
        const at = statesOf(
          chain,
          Array.from(chain.past, (_, t) => plan[c]?.[t] ?? 0),
        )
        const wide = at.map(() => 10 * random() ** 3)
        const { low, high } = whole[c] ?? { low: at, high: at }
        const own = {
          low: low.map((least, t) => Math.max(least, (at[t] ?? 0) - (wide[t] ?? 0))),
          high: high.map((most, t) => Math.min(most, (at[t] ?? 0) + (wide[t] ?? 0))),
        }
        const band = narrowed(chain, own)
        assert.ok(band)
        at.forEach((state, t) => {
          assert.ok((band.low[t] ?? 0) <= state + 1e-9 && state <= (band.high[t] ?? 0) + 1e-9)
          assert.ok((band.low[t] ?? 0) >= (own.low[t] ?? 0) && (band.high[t] ?? 0) <= (own.high[t] ?? 0))
        })
        const beyond = { low: low.with(0, (high[0] ?? 0) * 2 + 1), high }
        assert.equal(narrowed(chain, beyond), undefined)
      })
    }
  })
})

describe("the bound of channels by themselves", () => {
  test("is no less than what any plan is worth, at any prices", () => {
    let near = 0
    for (let seed = 1; seed <= 300; seed++) {
      const { given, plan } = withPlan(seed)
      const random = dice(-seed)
      const all = lagrangian(given)
      const part = { bands: all.whole, levels: all.lones.map(() => seed % 3) }
      const rows = Float64Array.of(-0.5 * random(), 0.5 * random(), random())
      const { bound } = all.at(part, { rows, target: 0, rates: anyRates(all, random) })
      const value = earned(given, plan)
      assert.ok(bound.value >= value, `${bound.value} is under ${value}: seed ${seed}`)
      if (bound.value < 1.5 * value) near++
    }
    assert.ok(near > 20, `${near} are near`)
  })

  test("is what the best plan on a grid of spends is worth, and four times as near at half the step", () => {
    const { channels, ...rest } = shaped(2, 3, 3)
    const given = { ...rest, channels: channels.map((channel) => ({ ...channel, minIfUsed: 12, past: [10] })) }
    const all = lagrangian(given)
    const price = 0.45
    const at = (level: number) =>
      all.at(
        { bands: all.whole, levels: [level, level] },
        { rows: Float64Array.of(price), target: 0, rates: anyRates(all, () => 0) },
      )
    const spends = [0, ...Array.from({ length: 40 }, (_, k) => 12 + 2 * k)]
    let most = price * (given.total?.amount ?? 0)
    given.channels.forEach((channel) => {
      const alone = { ...given, channels: [channel] }
      let best = -Infinity
      for (const a of spends)
        for (const b of spends)
          for (const c of spends) best = Math.max(best, earned(alone, [[a, b, c]]) - price * (a + b + c))
      most += best
    })
    const bounds = [0, 1, 2, 3, 4].map((level) => at(level).bound.value)
    for (const bound of bounds) assert.ok(bound >= most, `${bound}, on the grid ${most}`)
    assert.ok((bounds[4] ?? 0) < most * 1.001, `${bounds[4]}, on the grid ${most}`)
    const limit = (bounds[4] ?? 0) - ((bounds[3] ?? 0) - (bounds[4] ?? 0)) / 3
    for (const level of [0, 1, 2]) {
      const ratio = ((bounds[level] ?? 0) - limit) / ((bounds[level + 1] ?? 0) - limit)
      assert.ok(ratio > 3 && ratio < 5.5, `level ${level}: ${ratio}`)
    }
  })
})

test("bands are narrowed to no less than what plans of a value are in", () => {
  let cut = 0
  for (let seed = 1; seed <= 100; seed++) {
    const random = dice(seed)
    const [periods, end] = [5 + Math.floor(12 * random()), 2 + Math.floor(8 * random())]
    const base = shaped(1, periods, seed, { total: { amount: 90 * periods, spend: "at-most" } })
    const channels = base.channels.map((channel) => ({
      ...(seed % 4 === 0 ? forgetting(channel) : channel),
      ...(random() < 0.3 ? { minIfUsed: 15 } : {}),
    }))
    const all = lagrangian(ending({ ...base, channels }, end, random() < 0.5 ? "ignored" : "counted"))
    const part = { bands: all.whole, levels: [seed % 3] }
    const prices = { rows: Float64Array.of(0.5 + 0.2 * random()), target: 0, rates: anyRates(all, random) }
    const best = all.at(part, prices).columns[0]
    const shaken = best?.plan.map((spend) =>
      spend > 15 && random() < 0.3 ? Math.min(90, spend + 2 * random()) : spend,
    )
    const column = all.columnOf(0, shaken ?? new Float64Array(periods))
    const price = prices.rows[0] ?? 0
    const value = column.response + price * ((base.total?.amount ?? 0) - column.spend)
    const [band] = all.within(part, prices, value)
    column.states.forEach((state, t) => {
      const [low, high] = [band?.low[t] ?? Infinity, band?.high[t] ?? -Infinity]
      assert.ok(low <= state + 1e-9 && state <= high + 1e-9, `${state} is not from ${low} to ${high}: seed ${seed}`)
      if (high - low < 0.9 * ((all.whole[0]?.high[t] ?? 0) - (all.whole[0]?.low[t] ?? 0))) cut++
    })
  }
  assert.ok(cut > 100, `${cut} are narrowed`)
})

describe("the search of chains", () => {
  test("finds what the search on envelopes does, where both close their gap", () => {
    const means = { solver: solveByGlpk, expired: () => false, mostNodes: 2_000 }
    const cases = [
      shaped(2, 5, 1),
      shaped(3, 4, 2, { channels: shaped(3, 4, 2).channels.map((channel) => ({ ...channel, minIfUsed: 25 })) }),
      shaped(2, 6, 3, { channels: shaped(2, 6, 3).channels.map((channel) => ({ ...channel, past: [] })) }),
      shaped(3, 4, 4, {
        constraints: [
          { name: "group", coefficients: { c0: 1, c1: 1 }, max: 200 },
          { name: "period", coefficients: { c0: 1, c1: 1, c2: 1 }, periods: [1], min: 90, max: 110 },
        ],
      }),
      shaped(2, 5, 5, { objective: { goal: "profit", valuePerResponse: 2.5 } }),
      ending(shaped(2, 6, 6), 4),
      ending(shaped(2, 5, 7), 3, "counted"),
      ending(shaped(2, 5, 8, { objective: { goal: "profit", valuePerResponse: 2.5 } }), 4, "counted"),
    ]
    for (const [k, given] of cases.entries()) {
      const model = modelOf(given)
      const old = searchEnvelopes(given, model, means)
      const value = (plan: Float64Array) => {
        const spends = given.channels.map((_, c) =>
          Array.from(plan.subarray(c * given.seasonality.length, (c + 1) * given.seasonality.length)),
        )
        return model.goal.weight * earned(given, spends) - model.goal.price * plan.reduce((sum, each) => sum + each, 0)
      }
      assert.ok(old.best?.found && old.stopped === null)
      const { plan, bound, stopped } = searchChains(lagrangian(given), means)
      assert.ok(plan && stopped === null)
      const [a, b] = [value(plan), value(old.best.found.plan)]
      assert.ok(Math.abs(a / b - 1) < 2e-6, `case ${k}: ${a}, on envelopes ${b}`)
      assert.ok(bound.value >= b && bound.value <= a * (1 + 2e-6), `case ${k}: ${bound.value}, ${a}`)
    }
  })

  test("a gap that the finest grids leave is not split, and envelopes go on", () => {
    const open = { today: 20, min: same(4, 0), max: same(4, Infinity) }
    const given: PeriodsProblem = {
      channels: [
        { name: "near", curve: { type: "michaelis-menten", scale: 100, halfSaturation: 25 }, ...open },
        { name: "far", curve: hill(1000, 1e9, 3, 0), ...open, past: [9e5, 2e5, 8e5] },
      ],
      seasonality: [1e6, 1e6, 0, 1e6],
      afterHorizon: "ignored",
      constraints: [{ name: "far", coefficients: { far: 1 }, min: 18, max: 4e5 }],
      objective: { goal: "roi", target: 6, valuePerResponse: 2 },
    }
    const found = solvePeriods(given, { mostNodes: 300 })
    assert.ok("gap" in found && found.gap < 1e-4 && found.iterations < 50, JSON.stringify(found))
  })
  test("208 S-shaped spends with carry-over close their gap in a few nodes, with a max for each and without", () => {
    const given = shaped(8, 26, 1)
    const channels = given.channels.map((channel) => ({ ...channel, max: same(26, Infinity) }))
    for (const each of [given, { ...given, channels }]) {
      const found = expectPeriods(solvePeriods(each, { mostNodes: 30 }))
      checkPeriods(each, found)
      assert.ok(found.iterations <= 30 && found.totalShadowPrice > 0, `${found.iterations}`)
    }
  })

  test("and so do those of adstocks that end, with what works after the horizon or without", () => {
    for (const given of [ending(shaped(8, 26, 1), 8), ending(shaped(8, 26, 1), 13, "counted")]) {
      const found = expectPeriods(solvePeriods(given, { mostNodes: 30 }))
      checkPeriods(given, found)
      assert.ok(found.iterations <= 30 && found.totalShadowPrice > 0, `${found.iterations}`)
    }
  })

  test("the spends that differ in price keep the total's price, and a plan of buys its own", () => {
    const base = shaped(2, 8, 1)
    const given = { ...base, channels: base.channels.map((channel) => ({ ...channel, minIfUsed: 20 })) }
    const found = expectPeriods(solvePeriods(given))
    checkPeriods(given, found)
    const more = (amount: number) => expectPeriods(solvePeriods({ ...given, total: { amount, spend: "at-most" } }))
    const amount = given.total?.amount ?? 0
    const rate = (more(amount + 2).response - more(amount - 2).response) / 4
    assert.ok(Math.abs(found.totalShadowPrice / rate - 1) < 0.02, `${found.totalShadowPrice}, earns ${rate}`)
    for (const spend of found.spends.flat()) assert.ok(spend === 0 || spend >= 20)
  })
})
