import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { adstocked, adstockWeights, carryOver } from "../../../app/optimizer/adstock.ts"
import type { Adstock } from "../../../app/optimizer/adstock-schema.ts"
import { between, runs } from "./generate.ts"

const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-14) => {
  assert.equal(actual.length, expected.length)
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - (expected[i] ?? Number.NaN)) <= tolerance, `${value} is not ${expected[i]}`)
  })
}

/** Computed in Python with NumPy and SciPy from the peers' formulas: the files that adstock-schema.ts names. */
describe("weights by the peers' formulas", () => {
  const cases: [string, Adstock, number[]][] = [
    [
      "Meridian, alpha 0.5, max_lag 3",
      { type: "geometric", retention: 0.5, periods: 4, normalize: true },
      [0.5333333333333333, 0.26666666666666666, 0.13333333333333333, 0.06666666666666667],
    ],
    [
      "Meridian, binomial, alpha 0.4, max_lag 3",
      { type: "binomial", retention: 0.4, periods: 4, normalize: true },
      [0.46990881494027503, 0.30521472840038905, 0.16613785479180146, 0.05873860186753438],
    ],
    [
      "PyMC-Marketing, binomial, alpha 0.4, l_max 4",
      { type: "binomial", retention: 0.4, periods: 4, window: 5 },
      [1, 0.7155417527999327, 0.46475800154489, 0.2529822128134704],
    ],
    [
      "PyMC-Marketing, delayed, alpha 0.6, theta 1.5, l_max 5",
      { type: "delayed", retention: 0.6, peak: 1.5, periods: 5 },
      [0.3168402252456216, 0.8801117367933934, 0.8801117367933934, 0.3168402252456216, 0.041062493191832555],
    ],
    [
      "Robyn, Weibull CDF, shape 0.5, scale 3 of 5 periods",
      { type: "weibull-cdf", shape: 0.5, scale: 3, periods: 5 },
      [1, 0.5613839137989282, 0.24811898984595482, 0.09127787532855264, 0.028766395716557945],
    ],
    [
      "Robyn, Weibull PDF, shape 0.5, scale 3 of 5 periods",
      { type: "weibull-pdf", shape: 0.5, scale: 3, periods: 5 },
      [1, 0.43234968732085277, 0.2039519277221151, 0.07890821131872576, 0],
    ],
    [
      "Robyn, Weibull PDF with a lag, shape 2, scale 4 of 10 periods",
      { type: "weibull-pdf", shape: 2, scale: 4, periods: 10 },
      [
        0.5444287592631971, 0.9102112642741702, 1, 0.8592754277643659, 0.6087134034854665, 0.3627661944752537,
        0.18229692692629937, 0.07527648676832137, 0.022285158837271567, 0,
      ],
    ],
  ]
  for (const [name, adstock, expected] of cases) {
    test(name, () => {
      close(adstockWeights(adstock, 100), expected)
      close([carryOver(adstock)], [adstock.normalize ? 1 : expected.reduce((sum, weight) => sum + weight, 0)])
      // A horizon cuts weights off and changes none
      close(adstockWeights(adstock, 2), expected.slice(0, 2))
    })
  }

  test("Robyn, geometric without end, theta 0.3", () => {
    const adstock: Adstock = { type: "geometric", retention: 0.3 }
    close(adstocked([100, 0, 50, 0], adstock), [100, 30, 59, 17.7])
    close([carryOver(adstock)], [1 / 0.7])
  })
})

const adstock: fc.Arbitrary<Adstock> = fc.oneof(
  fc.record({ type: fc.constant("geometric" as const), retention: between(0, 0.8) }),
  fc.record({
    type: fc.constant("delayed" as const),
    retention: between(0.05, 0.9),
    peak: between(0, 6),
    periods: fc.integer({ min: 7, max: 20 }),
    normalize: fc.boolean(),
  }),
  fc.record({
    type: fc.constantFrom("weibull-cdf" as const, "weibull-pdf" as const),
    shape: between(0.3, 5),
    scale: between(0.5, 15),
    periods: fc.integer({ min: 1, max: 30 }),
    normalize: fc.boolean(),
  }),
)

test("a series is the sum of what each spend still does", () => {
  const limited = fc.record({
    type: fc.constant("geometric" as const),
    retention: between(0, 0.95),
    periods: fc.integer({ min: 1, max: 12 }),
    normalize: fc.boolean(),
  })
  const spends = fc.array(fc.oneof(fc.constant(0), between(0, 1000)), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(fc.oneof(adstock, limited), spends, (given, series) => {
      const weights = adstockWeights(given, series.length)
      const expected = series.map((_, period) =>
        weights.reduce((sum, weight, lag) => sum + weight * (series[period - lag] ?? 0), 0),
      )
      close(adstocked(series, given), expected, 1e-9)
    }),
    runs(300),
  )
})

test("an equal spend in every period settles at the carry-over", () => {
  fc.assert(
    fc.property(adstock, between(1, 1000), (given, spend) => {
      const series = Array.from({ length: 200 }, () => spend)
      const settled = adstocked(series, given).at(-1) ?? Number.NaN
      assert.ok(Math.abs(settled - spend * carryOver(given)) <= 1e-11 * settled, `${settled}`)
    }),
    runs(300),
  )
})

test("weights stay numbers where powers overflow", () => {
  const given: Adstock = { type: "weibull-pdf", shape: 100, scale: 1e-15, periods: 4 }
  close(adstockWeights(given, 4), [1, 0, 0, 0])
  assert.equal(carryOver({ type: "weibull-cdf", shape: 100, scale: 1e-15, periods: 520 }), 1)
})
