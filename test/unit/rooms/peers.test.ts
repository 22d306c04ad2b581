import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { PeerCurve } from "../../../app/models/peer-schema.ts"
import { curveOfPeer, pymcAdstock, robynAdstock } from "../../../app/models/peers.ts"
import { newModelOf } from "../../../app/models/request.ts"
import { ModelRequest } from "../../../app/models/schema.ts"
import { adstockWeights, carryOver } from "../../../app/optimizer/adstock.ts"
import { checkCurve, response } from "../../../app/optimizer/curves.ts"
import { ProblemError } from "../../../app/problem.ts"
import { checker } from "../../../app/validation.ts"

const scales = { channelScale: 30_000, targetScale: 5_000 }
const weibull = { type: "weibull_cdf", lam: 2, k: 1.2, lMax: 4, normalize: false } as const

/**
 * Responses to spends, computed in Python with NumPy from the peers' formulas over a long series of equal spends: the
 * files that peer-schema.ts names. Robyn's are its allocator's objective less the same at no spend.
 */
const cases: [PeerCurve, Record<number, number>][] = [
  [
    {
      type: "meridian-hill",
      coefficient: 1200,
      ec: 0.8,
      slope: 1.4,
      mediaScale: 40_000,
      mediaPerSpend: 2.5,
      adstock: { alpha: 0.6, maxLag: 8 },
    },
    { 5000: 253.77943735127133, 12000: 572.9122469387205, 40000: 997.6170846528929 },
  ],
  [
    { type: "robyn-hill", coef: 3.2, alpha: 1.8, gamma: 0.45, maxExposure: 90_000, meanCarryover: 7000 },
    { 5000: 0.19195440850442935, 40000: 1.6827909065973419, 90000: 2.51960757379232 },
  ],
  [
    {
      type: "robyn-hill",
      coef: 3.2,
      alpha: 1.8,
      gamma: 0.45,
      maxExposure: 90_000,
      adstock: { type: "geometric", theta: 0.35 },
    },
    { 5000: 0.1532228761316482, 40000: 2.1754964328634734 },
  ],
  // Robyn's own example: mic_men(x = 5:10, Vmax = 5, Km = 0.5)
  [
    { type: "robyn-michaelis-menten", Vmax: 5, Km: 0.5 },
    { 5: 25 / 5.5, 10: 50 / 10.5 },
  ],
  [
    { type: "pymc-logistic", lam: 2.1, beta: 0.7, ...scales },
    { 6000: 724.3827490530841, 30000: 2736.3222516307096 },
  ],
  [
    { type: "pymc-logistic", lam: 2.1, beta: 0.7, ...scales, adstock: weibull },
    { 6000: 1349.8150191319062, 30000: 3382.110562747198 },
  ],
  [
    { type: "pymc-inverse-scaled-logistic", lam: 0.4, beta: 0.7, ...scales },
    { 6000: 937.8221735089294, 30000: 3078.0198310874407 },
  ],
  [
    { type: "pymc-tanh", b: 0.5, c: 0.9, ...scales },
    { 6000: 1043.3041251471777, 30000: 2441.963417773477 },
  ],
  [
    { type: "pymc-tanh-baselined", x0: 0.5, gain: 0.6, r: 0.7, beta: 1.3, ...scales },
    { 6000: 929.4296284983983, 30000: 2617.4496644295305 },
  ],
  [
    { type: "pymc-michaelis-menten", alpha: 0.8, lam: 0.35, ...scales },
    { 6000: 1454.5454545454547, 30000: 2962.9629629629626 },
  ],
  [
    { type: "pymc-hill", slope: 1.6, kappa: 0.35, beta: 0.8, ...scales },
    { 6000: 1159.9990004448398, 30000: 3371.4673663980134 },
  ],
  [
    { type: "pymc-hill-sigmoid", sigma: 0.9, beta: 6, lam: 0.4, ...scales },
    { 6000: 667.3613400317699, 30000: 4006.0363946814527 },
  ],
  [
    { type: "pymc-root", alpha: 0.45, beta: 0.6, ...scales },
    { 6000: 1454.0681199855921, 30000: 3000 },
  ],
  [
    { type: "pymc-no-saturation", beta: 0.6, ...scales },
    { 6000: 600, 30000: 3000 },
  ],
]

describe("a curve of a peer", () => {
  it("is there for every type", () =>
    assert.deepEqual(
      [...new Set(cases.map(([{ type }]) => type))],
      PeerCurve.anyOf.map(({ properties }) => properties.type.const),
    ))

  const check = checker(ModelRequest, "strict")

  for (const [from, expected] of cases) {
    it(`${from.type}${"adstock" in from ? " with adstock" : ""} answers as the peer does`, () => {
      assert.deepEqual(check({ name: "tv", from }).ok, true)
      const curve = curveOfPeer(from)
      assert.deepEqual(checkCurve(curve), [])
      for (const [spend, value] of Object.entries(expected)) {
        const answered = response(curve, Number(spend))
        assert.ok(Math.abs(answered - value) <= 1e-12 * value, `${spend}: ${answered}, not ${value}`)
      }
    })
  }

  it("keeps where it came from in its description, unless that is given", () => {
    const from: PeerCurve = { type: "robyn-michaelis-menten", Vmax: 5, Km: 2 }
    assert.deepEqual(newModelOf({ name: "tv", from }), {
      name: "tv",
      curve: { type: "michaelis-menten", scale: 5, halfSaturation: 2 },
      description: 'Converted from {"type":"robyn-michaelis-menten","Vmax":5,"Km":2}',
    })
    assert.equal(newModelOf({ name: "tv", from, description: "Mine" }).description, "Mine")
  })

  it("is refused where it makes no curve, or stands beside one", () => {
    const errors = (request: ModelRequest) => {
      try {
        newModelOf(request)
      } catch (error) {
        assert.ok(error instanceof ProblemError && error.code === "invalid-body")
        return error.errors
      }
    }
    const curve = { type: "linear", slope: 1 } as const
    const from = { type: "pymc-michaelis-menten", alpha: 1, lam: 1e10, channelScale: 1e10 } as const
    assert.deepEqual(errors({ name: "tv" }), [{ path: "", message: "must have curve, or from" }])
    assert.deepEqual(
      errors({ name: "tv", curve, from })?.map(({ path }) => path),
      ["/from"],
    )
    assert.deepEqual(
      errors({ name: "tv", from })?.map(({ path }) => path),
      ["/from"],
    )
    assert.match(errors({ name: "tv", from })?.[0]?.message ?? "", /whose halfSaturation must be <= 1000000000000000$/)
    const robyn = { type: "robyn-hill", coef: 1, alpha: 1, gamma: 0.5, maxExposure: 9, meanCarryover: 1 } as const
    const twice = { ...robyn, adstock: { type: "geometric", theta: 0.5 } } as const
    assert.deepEqual(
      errors({ name: "tv", from: twice })?.map(({ path }) => path),
      ["/from/adstock"],
    )
    assert.equal(errors({ name: "tv", from: robyn }), undefined)
    assert.equal(errors({ name: "tv", curve }), undefined)
  })
})

describe("a peer's adstock", () => {
  it("of Robyn has a Weibull scale by quantile, halves rounded to even", () => {
    const scale = (windlen: number, share: number) => {
      const adstock = robynAdstock({ type: "weibull_cdf", shape: 1, scale: share, windlen })
      return adstock?.type === "weibull-cdf" ? adstock.scale : undefined
    }
    // round(quantile(1:10, 0.3)) = round(3.7), round(quantile(1:6, 0.5)) = round(3.5), round(quantile(1:4, 0.5)) = round(2.5)
    assert.deepEqual([scale(10, 0.3), scale(6, 0.5), scale(4, 0.5)], [4, 4, 2])
    assert.equal(robynAdstock({ type: "weibull_pdf", shape: 0, scale: 0.5, windlen: 10 }), undefined)
  })

  it("of PyMC-Marketing is normalized unless it says otherwise, with the library's own numbers of lags", () => {
    const count = (adstock: Parameters<typeof pymcAdstock>[0]) => {
      const made = pymcAdstock(adstock)
      return made && [adstockWeights(made, 100).length, carryOver(made)]
    }
    assert.deepEqual(count({ type: "geometric", alpha: 0.5, lMax: 4 }), [4, 1])
    assert.deepEqual(count({ type: "geometric", alpha: 0.5, lMax: 4, normalize: false }), [4, 1.875])
    assert.deepEqual(count({ type: "binomial", alpha: 0.4, lMax: 4 }), [4, 1])
    assert.deepEqual(count({ type: "weibull_cdf", lam: 2, k: 1.2, lMax: 4 }), [5, 1])
    assert.deepEqual(count({ type: "weibull_pdf", lam: 2, k: 1.2, lMax: 4 }), [4, 1])
  })
})
