import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { carryOver } from "../../../app/optimizer/adstock.ts"
import { checkCurve, isConcave, marginal, response, shapeOf } from "../../../app/optimizer/curves.ts"
import { solve } from "../../../app/optimizer/index.ts"
import type { Curve, Exposure } from "../../../app/optimizer/schema.ts"
import { checkOptimum, expectOptimal } from "./expect.ts"
import { between, concaveCurve, runs } from "./generate.ts"

const close = (actual: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected) + 1e-300, `${actual} is not ${expected}`)

const exposure: fc.Arbitrary<Exposure> = fc.record(
  {
    perSpend: between(0.1, 20),
    carriedOver: between(0, 3),
    adstock: fc.record({ type: fc.constant("geometric" as const), retention: between(0, 0.9) }),
  },
  { requiredKeys: [] },
)

/** e(x) as the schema's description says it. */
const exposed = ({ perSpend = 1, carriedOver = 0, adstock }: Exposure, spend: number) =>
  perSpend * (adstock ? carryOver(adstock) : 1) * spend + carriedOver

describe("a curve of exposure", () => {
  const given = fc.tuple(concaveCurve(1), exposure, between(0.01, 10))

  test("earns what the plain curve does at the exposure, beyond what is there", () => {
    fc.assert(
      fc.property(given, ([plain, by, spend]) => {
        const curve = { ...plain, exposure: by } as Curve
        assert.deepEqual(checkCurve(curve), [])
        assert.equal(isConcave(curve), true)
        assert.equal(response(curve, 0), 0)
        const there = response(plain, exposed(by, 0))
        const expected = response(plain, exposed(by, spend)) - there
        assert.ok(Math.abs(response(curve, spend) - expected) <= 1e-12 * (expected + there), `${expected}`)
        const per = exposed(by, 1) - exposed(by, 0)
        // Beside a kink, rounding decides on which side of it the exposure lies
        if (plain.type !== "piecewise") close(marginal(curve, spend), per * marginal(plain, exposed(by, spend)), 1e-9)
      }),
      runs(1000),
    )
  })

  test("gives back the spend of a marginal", () => {
    fc.assert(
      fc.property(given, ([plain, by, spend]) => {
        const { marginal: after, spendAt, endless } = shapeOf({ ...plain, exposure: by } as Curve)
        if (plain.type === "linear" || plain.type === "piecewise") assert.ok(spendAt(after(spend)) <= spend)
        else if (after(spend) > 1e-250) close(after(spendAt(after(spend))), after(spend), 1e-9)
        assert.equal(spendAt(0) === Infinity, endless)
      }),
      runs(500),
    )
  })

  test("is optimized like any other", () => {
    // 100·e/(100 + e) with e = 2x, and with e = x/2 + 50: hand-made in spend, 50 and 300 for the half saturation
    const half = (exposure: Exposure): Curve => ({
      type: "michaelis-menten",
      scale: 100,
      halfSaturation: 100,
      exposure,
    })
    const channel = (name: string, curve: Curve) => ({ name, curve, today: 0, min: 0, max: Infinity })
    const problem = {
      channels: [
        channel("twice", half({ perSpend: 4, adstock: { type: "geometric", retention: 0.5, periods: 1 } })),
        channel("later", half({ perSpend: 0.5, carriedOver: 50 })),
      ],
      total: { amount: 300, spend: "exactly" as const },
      constraints: [],
      objective: { goal: "response" as const },
      method: "auto" as const,
    }
    const solution = expectOptimal(solve(problem))
    checkOptimum(problem, solution)
    // Marginals 100·25/(25 + x)² and 100·200/(300 + y)² are equal at the optimum: (300 + y) = √8 (25 + x), x + y = 300
    const x = (600 - Math.sqrt(8) * 25) / (1 + Math.sqrt(8))
    close(solution.allocation[0] ?? 0, x, 1e-9)
  })
})

test("an S-shaped curve is stretched whole", () => {
  const sigmoid: Curve = { type: "hill-sigmoid", scale: 9, rate: 0.8, midpoint: 4 }
  const exposed: Curve = { ...sigmoid, exposure: { perSpend: 2.5, carriedOver: 1 } }
  close(response(exposed, 3), response(sigmoid, 8.5) - response(sigmoid, 1))
  close(shapeOf(exposed).inflection, 1.2)
})

test("what is there already may lie past the convex part", () => {
  const hill = (carriedOver: number): Curve => ({
    type: "hill",
    scale: 5,
    halfSaturation: 4,
    slope: 3,
    exposure: { perSpend: 2, carriedOver },
  })
  // The inflection of a Hill curve: half · ((s − 1) / (s + 1))^(1 / s)
  const bend = 4 * 0.5 ** (1 / 3)
  assert.equal(isConcave(hill(bend * 0.999)), false)
  assert.equal(isConcave(hill(bend * 1.001)), true)
  const early = hill(1)
  close(shapeOf(early).inflection, (bend - 1) / 2)
  const shape = shapeOf(hill(bend * 1.1))
  for (const spend of [0.1, 1, 7, 300]) close(shape.spendAt(shape.marginal(spend)), spend, 1e-9)
  assert.equal(shape.spendAt(shape.marginal(0) * 1.001), 0)
})

test("a piecewise curve is cut where its exposure begins", () => {
  const points = [
    { spend: 2, response: 1 },
    { spend: 4, response: 5 },
    { spend: 8, response: 6 },
  ]
  const curve = (carriedOver: number): Curve => ({ type: "piecewise", points, exposure: { carriedOver } })
  assert.equal(isConcave(curve(1)), false)
  assert.equal(isConcave(curve(2)), true)
  assert.deepEqual(
    [0, 1, 2, 100].map((spend) => response(curve(3), spend)),
    [0, 2, 2.25, 3],
  )
  assert.equal(response(curve(8), 5), 0)
  assert.equal(shapeOf(curve(9)).endless, false)
})

test("an exposure out of range is refused by its path", () => {
  const of = (exposure: Exposure): Curve => ({ type: "linear", slope: 1, exposure })
  const paths = (exposure: Exposure) => checkCurve(of(exposure)).map(({ path }) => path)
  assert.deepEqual(paths({ perSpend: 0 }), ["/exposure/perSpend"])
  assert.deepEqual(paths({ perSpend: 1e15, adstock: { type: "geometric", retention: 0.9999 } }), ["/exposure"])
  assert.deepEqual(paths({ adstock: { type: "delayed", retention: 1e-15, peak: 100, periods: 2 } }), ["/exposure"])
  assert.deepEqual(paths({ adstock: { type: "binomial", retention: 0.5, periods: 5, window: 4 } }), [
    "/exposure/adstock/window",
  ])
  assert.ok(paths({ adstock: { type: "geometric", retention: 1 } }).includes("/exposure/adstock/retention"))
  assert.deepEqual(paths({ adstock: { type: "geometric", retention: 0.5 }, carriedOver: 3 }), [])
})
