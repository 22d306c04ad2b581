import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { fitTypes } from "../../../app/models/fit/families.ts"
import { fitCurve } from "../../../app/models/fit/fit.ts"
import { checkTask } from "../../../app/models/fit/request.ts"
import { Fit, type FitTask, fitWarnings } from "../../../app/models/fit/schema.ts"
import { studentQuantile } from "../../../app/models/fit/student.ts"
import { adstocked } from "../../../app/optimizer/adstock.ts"
import type { Adstock } from "../../../app/optimizer/adstock-schema.ts"
import { checkCurve, isConcave, response } from "../../../app/optimizer/curves.ts"
import type { Curve } from "../../../app/optimizer/schema.ts"
import { checker } from "../../../app/validation.ts"
import { normal, uniform } from "../../support/noise.ts"

const close = (actual: number | undefined, expected: number, tolerance: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) / expected - 1) <= tolerance, `${actual} is not ${expected}`)

const pairs = (spends: readonly number[], responses: readonly number[]) =>
  spends.map((spend, i) => ({ spend, response: responses[i] ?? Number.NaN }))

const parameterOf = (fit: Fit, name: string) => fit.parameters.find((parameter) => parameter.name === name)
const codes = (fit: Fit) => fit.warnings.map(({ code }) => code)

interface Made {
  readonly curve: Curve
  readonly rows?: number
  readonly noise?: number
  readonly baseline?: number
  readonly adstock?: Adstock
  readonly from?: number
  readonly to?: number
  readonly seed?: number
}

/** A history that a curve made, with normal noise. */
function made({ curve, rows = 104, noise = 0, baseline = 0, adstock, from = 5_000, to = 100_000, seed = 1 }: Made) {
  const [at, error] = [uniform(seed), normal(seed + 1)]
  const spends = Array.from({ length: rows }, () => from + at() * (to - from))
  const exposures = adstock ? adstocked(spends, adstock) : spends
  const responses = exposures.map((exposure) => Math.max(0, baseline + response(curve, exposure) + noise * error()))
  return pairs(spends, responses)
}

describe("a fit, on published numbers", () => {
  it("NIST StRD Misra1d is a Michaelis–Menten curve", () => {
    // https://www.itl.nist.gov/div898/strd/nls/data/misra1d.shtml: y = b1 b2 x / (1 + b2 x), certified b1, b2 and their
    // standard deviations, residual sum of squares and residual standard deviation
    const x = [77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760]
    const y = [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78]
    const fit = fitCurve({ history: pairs(x, y), types: ["michaelis-menten"] })
    const [b1, b2] = [437.36970754, 3.0227324449e-4]
    close(parameterOf(fit, "scale")?.value, b1, 1e-6)
    close(parameterOf(fit, "halfSaturation")?.value, 1 / b2, 1e-6)
    close(fit.quality.residualError, 6.8568272111e-2, 1e-7)
    const t = 2.1788128296634177
    close(parameterOf(fit, "scale")?.interval?.high, b1 * Math.exp((t * 3.6489174345) / b1), 1e-6)
    close(parameterOf(fit, "halfSaturation")?.interval?.low, Math.exp((-t * 2.9334354479e-6) / b2) / b2, 1e-6)
    assert.deepEqual(codes(fit), ["unsaturated"])
  })

  it("NIST StRD DanWood is a power curve", () => {
    // https://www.itl.nist.gov/div898/strd/nls/data/daniel_wood.shtml: y = b1 x^b2
    const x = [1.309, 1.471, 1.49, 1.565, 1.611, 1.68]
    const y = [2.138, 3.421, 3.597, 4.34, 4.882, 5.66]
    const fit = fitCurve({ history: pairs(x, y), types: ["power"] })
    const [b1, b2] = [0.76886226176, 3.8604055871]
    close(parameterOf(fit, "scale")?.value, b1, 1e-6)
    close(parameterOf(fit, "exponent")?.value, b2, 1e-6)
    close(fit.quality.residualError, 3.2853114039e-2, 1e-7)
    const t = 2.7764451051977934
    close(parameterOf(fit, "scale")?.interval?.high, b1 * Math.exp((t * 1.828197386e-2) / b1), 1e-6)
    close(parameterOf(fit, "exponent")?.interval?.low, b2 * Math.exp((-t * 5.1726610913e-2) / b2), 1e-6)
  })

  it("Bates and Watts's Puromycin is a Michaelis–Menten curve", () => {
    // Nonlinear Regression Analysis (1988), treated cells: θ = (212.7, 0.06412), standard errors 6.947 and 0.008281
    const x = [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.1, 1.1]
    const y = [76, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200]
    const fit = fitCurve({ history: pairs(x, y), types: ["michaelis-menten"] })
    close(parameterOf(fit, "scale")?.value, 212.7, 1e-4)
    close(parameterOf(fit, "halfSaturation")?.value, 0.06412, 1e-4)
    const t = 2.2281388519862735
    close(parameterOf(fit, "scale")?.interval?.high, 212.68363 * Math.exp((t * 6.94709) / 212.68363), 1e-5)
    assert.deepEqual(codes(fit), [])
  })

  it("a Hill curve is SciPy's", () => {
    // scipy.optimize.curve_fit 1.17.1 on the same rows
    const x = [5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150].map((thousand) => thousand * 1000)
    const y = [212, 655, 1180, 1790, 2690, 3370, 3720, 4120, 4400, 4610, 4730, 4790]
    const fit = fitCurve({ history: pairs(x, y) })
    assert.equal(fit.curve.type, "hill")
    close(parameterOf(fit, "scale")?.value, 5009.69924814538, 1e-6)
    close(parameterOf(fit, "halfSaturation")?.value, 27584.664002073758, 1e-6)
    close(parameterOf(fit, "slope")?.value, 1.8824554915804876, 1e-6)
    close(fit.quality.residualError, Math.sqrt(9279.465177925056 / 9), 1e-7)
    const t = 2.2621571627409915
    const slope = 1.8824554915804876
    close(parameterOf(fit, "slope")?.interval?.low, slope * Math.exp((-t * 0.03276506609670224) / slope), 1e-5)
  })

  it("Student's t is the tables'", () => {
    const tables = { 1: 12.706204736, 2: 4.30265273, 3: 3.182446305, 4: 2.776445105, 10: 2.228138852, 101: 1.983731003 }
    for (const [degrees, t] of Object.entries(tables)) close(studentQuantile(0.95, Number(degrees)), t, 1e-8)
  })
})

describe("a fit", () => {
  const curves: Record<(typeof fitTypes)[number], Curve> = {
    linear: { type: "linear", slope: 0.02 },
    "michaelis-menten": { type: "michaelis-menten", scale: 8_000, halfSaturation: 60_000 },
    logistic: { type: "logistic", scale: 4_000, rate: 5e-5 },
    log: { type: "log", scale: 1_500, rate: 2e-4 },
    power: { type: "power", scale: 12, exponent: 0.55 },
    hill: { type: "hill", scale: 5_000, halfSaturation: 40_000, slope: 1.7 },
    "hill-sigmoid": { type: "hill-sigmoid", scale: 5_000, rate: 1.2e-4, midpoint: 45_000 },
  }

  for (const type of fitTypes) {
    it(`finds a ${type} curve by itself, to the last digits where nothing disturbs it`, () => {
      const curve = curves[type]
      const fit = fitCurve({ history: made({ curve }) })
      assert.equal(fit.curve.type, type)
      for (const [name, value] of Object.entries(curve)) {
        if (typeof value === "number") close(parameterOf(fit, name)?.value, value, 1e-5)
      }
      assert.ok((fit.quality.rSquared ?? 0) > 1 - 1e-9)
      assert.equal(fit.candidates[0]?.type, type)
      assert.deepEqual(checkCurve(fit.curve), [])
      assert.deepEqual(codes(fit), type === "linear" ? ["straight"] : [])
      assert.equal(checker(Fit, "strict")(fit).ok, true)
    })
  }

  it("has intervals that hold the truth as often as they say", () => {
    const curve: Curve = { type: "michaelis-menten", scale: 8_000, halfSaturation: 40_000 }
    const runs = 300
    let scale = 0
    let half = 0
    for (let seed = 0; seed < runs; seed++) {
      const fit = fitCurve({
        history: made({ curve, rows: 40, noise: 150, seed: 100 + seed }),
        types: ["michaelis-menten"],
      })
      const holds = (name: string, truth: number) => {
        const interval = parameterOf(fit, name)?.interval
        return Number(interval !== null && interval !== undefined && interval.low <= truth && truth <= interval.high)
      }
      scale += holds("scale", 8_000)
      half += holds("halfSaturation", 40_000)
    }
    // 95 %, give or take three standard deviations of 300 draws
    for (const share of [scale / runs, half / runs]) assert.ok(share > 0.91 && share < 0.99, `${share}`)
  })

  it("is the same to the last bit every time", () => {
    const task: FitTask = { history: made({ curve: curves.hill, noise: 120 }), baseline: true }
    assert.deepEqual(fitCurve(task), fitCurve(task))
  })

  it("finds what is there without spend, and how long a spend works", () => {
    const adstock: Adstock = { type: "geometric", retention: 0.6, normalize: true }
    const history = made({ curve: curves.hill, rows: 156, noise: 40, baseline: 2_000, adstock, from: 0, to: 120_000 })
    const fit = fitCurve({ history, types: ["hill"], baseline: true, adstock: { type: "geometric", retention: "fit" } })
    for (const [name, truth] of Object.entries({ retention: 0.6, baseline: 2_000, scale: 5_000, slope: 1.7 })) {
      const { value, interval } = parameterOf(fit, name) ?? {}
      close(value, truth, 0.1)
      assert.ok(interval && interval.low < truth && truth < interval.high, `${name}: ${JSON.stringify(interval)}`)
    }
    assert.deepEqual(fit.curve.exposure?.adstock, {
      type: "geometric",
      retention: parameterOf(fit, "retention")?.value,
      normalize: true,
    })
  })

  it("keeps a given adstock in the curve, so that it answers for an equal spend in every period", () => {
    const adstock: Adstock = { type: "weibull-cdf", shape: 1.5, scale: 2, periods: 8 }
    const curve: Curve = { type: "michaelis-menten", scale: 8_000, halfSaturation: 60_000 }
    const fit = fitCurve({ history: made({ curve, adstock }), types: ["michaelis-menten"], adstock })
    close(parameterOf(fit, "halfSaturation")?.value, 60_000, 1e-6)
    close(response(fit.curve, 30_000), response({ ...curve, exposure: { adstock } }, 30_000), 1e-6)
  })

  it("keeps to diminishing returns where it is asked to", () => {
    const fit = fitCurve({ history: made({ curve: curves.hill }), concave: true })
    assert.equal(isConcave(fit.curve), true)
    assert.ok(!fit.candidates.some(({ type }) => type === "hill-sigmoid"))
    const forced = fitCurve({ history: made({ curve: curves.hill }), concave: true, types: ["hill"] })
    assert.ok(isConcave(forced.curve) && codes(forced).includes("at-bound"))
    assert.equal(parameterOf(forced, "slope")?.value, 1)
    assert.equal(parameterOf(forced, "slope")?.interval, null)
  })

  it("explains every row", () => {
    const history = made({ curve: curves.log, noise: 100, rows: 30 })
    const fit = fitCurve({ history })
    assert.deepEqual(
      fit.rows.map(({ spend, response }) => ({ spend, response })),
      history,
    )
    const squares = fit.rows.reduce((sum, { response: seen, fitted, residual }) => {
      assert.ok(Math.abs(seen - fitted - residual) < 1e-9)
      return sum + residual ** 2
    }, 0)
    const mean = history.reduce((sum, row) => sum + row.response, 0) / 30
    const spread = history.reduce((sum, row) => sum + (row.response - mean) ** 2, 0)
    close(fit.quality.rSquared ?? undefined, 1 - squares / spread, 1e-9)
    close(fit.quality.residualError, Math.sqrt(squares / fit.quality.degreesOfFreedom), 1e-9)
  })
})

describe("a fit warns", () => {
  const mm: Curve = { type: "michaelis-menten", scale: 8_000, halfSaturation: 40_000 }
  const hill: Curve = { type: "hill", scale: 5_000, halfSaturation: 40_000, slope: 1.7 }
  const told = new Set<string>()
  const expect = (name: string, code: keyof typeof fitWarnings, task: FitTask, message: RegExp) =>
    it(name, () => {
      const fit = fitCurve(task)
      const found = fit.warnings.find((warning) => warning.code === code)
      assert.match(found?.message ?? `only ${codes(fit)}`, message)
      told.add(code)
    })

  expect(
    "of few rows",
    "few-rows",
    { history: made({ curve: mm, rows: 5 }), types: ["michaelis-menten"] },
    /5 rows for 2/,
  )
  expect(
    "of few different spends",
    "few-levels",
    {
      history: [
        ...made({ curve: hill, rows: 3 }),
        ...made({ curve: hill, rows: 3 }),
        ...made({ curve: hill, rows: 3 }),
      ],
      types: ["hill"],
    },
    /3 different spends for 3 parameters/,
  )
  expect(
    "where response does not rise with spend",
    "no-response",
    {
      history: made({ curve: mm }).map(({ spend, response: seen }) => ({ spend, response: 8_000 - seen })),
      baseline: true,
    },
    /did not come with more response/,
  )
  expect(
    "where all spends are on the straight part",
    "straight",
    { history: made({ curve: mm, from: 100, to: 1_500, noise: 30 }), types: ["michaelis-menten", "hill"] },
    /does not show where returns diminish/,
  )
  expect(
    "where the ceiling lies far beyond the data",
    "unsaturated",
    { history: made({ curve: mm, from: 1_000, to: 25_000, noise: 5 }), types: ["michaelis-menten"] },
    /earns 3\d(\.\d)? % of what the michaelis-menten curve can give/,
  )
  expect(
    "where parameters cannot be told apart",
    "singular",
    { history: made({ curve: hill, rows: 2 }).flatMap((row) => [row, row, row]), types: ["hill"] },
    /cannot tell parameters apart/,
  )
  expect(
    "where a parameter may be anything",
    "wide",
    { history: made({ curve: mm, from: 2_000, to: 8_000, noise: 60, rows: 15 }), types: ["michaelis-menten"] },
    /^scale may lie anywhere from/,
  )
  expect(
    "where a parameter is at the end of its range",
    "at-bound",
    { history: made({ curve: hill }), types: ["hill"], concave: true },
    /^slope ended at 1, the max of its range/,
  )
  expect(
    "of a weak fit",
    "weak",
    { history: made({ curve: mm, noise: 4_000 }) },
    /explains \d+(\.\d)? % of the variance/,
  )
  expect(
    "of residuals that follow each other",
    "serial",
    {
      history: made({ curve: mm }).map(({ spend, response: seen }, week) => ({
        spend,
        response: seen + 500 * Math.sin(week / 8),
      })),
    },
    /follow each other \(correlation 0\.9/,
  )
  it("in every way there is", () => assert.deepEqual([...told].sort(), Object.keys(fitWarnings).sort()))
})

describe("a history that no curve can be fitted to", () => {
  const messages = (task: FitTask) => checkTask(task).map(({ path, message }) => `${path} ${message}`)
  it("is refused", () => {
    const same = pairs([5, 5, 5, 5], [1, 2, 3, 4])
    assert.deepEqual(messages({ history: same }), [
      "/history has the same spend, 5, in every row: a curve needs at least two",
    ])
    assert.match(messages({ history: pairs([0, 1, 2], [0, 0, 0]) })[0] ?? "", /has no response of/)
    assert.match(messages({ history: pairs([0, 1e-20, 0], [1, 2, 3]) })[0] ?? "", /has no spend of/)
    assert.deepEqual(messages({ history: pairs([1, 2, 3], [1, 2, 3]), types: ["hill"] }), [
      "/history has 3 rows, and 3 parameters are to be found: give at least 4",
    ])
    const adstock = { type: "geometric", retention: "fit" } as const
    assert.match(messages({ history: pairs([1, 2, 3], [1, 2, 3]), baseline: true, adstock })[0] ?? "", /3 parameters/)
    assert.deepEqual(
      messages({ history: pairs([1, 2, 3, 4], [1, 2, 3, 3]), types: ["log", "hill-sigmoid"], concave: true }),
      ["/types/1 is S-shaped, and the fit is to be concave: leave out one of the two"],
    )
    assert.deepEqual(messages({ history: pairs([1, 2, 3], [1, 2, 3]) }), [])
  })
})
