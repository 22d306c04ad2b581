import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { checkCurve, curveTypes, isConcave, marginal, response, shapeOf } from "../../../app/optimizer/curves.ts"
import type { Curve } from "../../../app/optimizer/schema.ts"
import { between, concaveCurve, runs } from "./generate.ts"

const close = (actual: number, expected: number, tolerance = 1e-12) =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(expected), Number.MIN_VALUE),
    `${actual} is not ${expected}`,
  )

describe("each curve by its published formula", () => {
  const x = 3
  const cases: [Curve, number][] = [
    [{ type: "hill", scale: 10, halfSaturation: 2, slope: 0.5 }, (10 * 3 ** 0.5) / (3 ** 0.5 + 2 ** 0.5)],
    [{ type: "hill", scale: 10, halfSaturation: 2, slope: 3 }, (10 * 27) / (27 + 8)],
    [{ type: "logistic", scale: 10, rate: 0.4 }, (10 * (1 - Math.exp(-1.2))) / (1 + Math.exp(-1.2))],
    [{ type: "tanh", scale: 10, acquisitionCost: 0.5 }, 10 * Math.tanh(3 / 5)],
    [{ type: "power", scale: 10, exponent: 0.5 }, 10 * 3 ** 0.5],
    [{ type: "log", scale: 10, rate: 0.4 }, 10 * Math.log(2.2)],
    [{ type: "michaelis-menten", scale: 10, halfSaturation: 2 }, 6],
    [{ type: "hill-sigmoid", scale: 10, rate: 0.8, midpoint: 2 }, 10 / (1 + Math.exp(-0.8)) - 10 / (1 + Math.exp(1.6))],
    [{ type: "linear", slope: 2 }, 6],
    [
      {
        type: "piecewise",
        points: [
          { spend: 2, response: 4 },
          { spend: 4, response: 6 },
        ],
      },
      5,
    ],
  ]
  for (const [curve, expected] of cases) test(curve.type, () => close(response(curve, x), expected))
  test("is concave where its shape bends nowhere, whether or not the shape is made to find out", () => {
    for (const [curve] of cases) {
      const { inflection } = shapeOf(curve)
      assert.equal(isConcave(curve), inflection === 0, curve.type)
      for (const there of [0, 1, 100]) {
        const moved: Curve = { ...curve, exposure: { carriedOver: there } }
        assert.equal(isConcave(moved), shapeOf(moved).inflection === 0, `${curve.type} after ${there}`)
      }
    }
  })
  test("of every type there is", () =>
    assert.deepEqual(new Set(cases.map(([curve]) => curve.type)), new Set(curveTypes)))
})

describe("every concave curve", () => {
  const at = fc.tuple(concaveCurve(1), between(1e-3, 50))

  test("is 0 at no spend, and never falls", () => {
    fc.assert(
      fc.property(at, between(0, 10), ([curve, spend], more) => {
        assert.deepEqual(checkCurve(curve), [])
        assert.equal(isConcave(curve), true)
        assert.equal(response(curve, 0), 0)
        assert.ok(response(curve, spend + more) >= response(curve, spend) * (1 - 1e-15))
        assert.ok(marginal(curve, spend + more) <= marginal(curve, spend) * (1 + 1e-12))
      }),
      runs(500),
    )
  })

  test("has the marginal that its response rises by", () => {
    fc.assert(
      fc.property(at, ([curve, spend]) => {
        const h = 1e-5 * spend
        const slope = (response(curve, spend + h) - response(curve, spend - h)) / (2 * h)
        const { marginal: after, marginalBefore: before } = shapeOf(curve)
        // Between both at a kink, which the difference may straddle
        const noise = (1e-9 * response(curve, spend)) / spend
        assert.ok(slope >= after(spend + h) * (1 - 1e-6) - noise, `${slope} < ${after(spend + h)}`)
        assert.ok(slope <= before(spend - h) * (1 + 1e-6) + noise, `${slope} > ${before(spend - h)}`)
      }),
      runs(500),
    )
  })

  test("gives back the spend of a marginal", () => {
    fc.assert(
      fc.property(at, ([curve, spend]) => {
        const { marginal: after, marginalBefore: before, spendAt } = shapeOf(curve)
        const found = spendAt(after(spend))
        if (curve.type === "linear") assert.equal(found, 0)
        else if (curve.type === "piecewise") {
          // The least spend from which no unit earns more
          assert.ok(found <= spend)
          assert.ok(after(found) <= after(spend))
          assert.ok(found === 0 || before(found) > after(spend))
        } else if (after(spend) > 1e-250) {
          close(after(found), after(spend), 1e-11)
          // Where the curve is nearly straight, the spend is known less well than its marginal
          assert.ok(Math.abs(found - spend) <= 1e-5 * spend, `${found} is not ${spend}`)
        }
      }),
      runs(1000),
    )
  })

  test("needs no finite spend for no marginal, if it never saturates", () => {
    fc.assert(
      fc.property(concaveCurve(1), (curve) => {
        const shape = shapeOf(curve)
        assert.equal(shape.spendAt(0) === Infinity, shape.endless)
        assert.equal(shape.spendAt(Infinity), 0)
      }),
      runs(200),
    )
  })
})

test("Hill curves hold their marginal where powers overflow", () => {
  const curve: Curve = { type: "hill", scale: 1e12, halfSaturation: 1e-6, slope: 20 }
  assert.equal(response(curve, 1e15), 1e12)
  assert.equal(response(curve, 1e-30), 0)
  assert.ok(marginal(curve, 1e12) >= 0)
  close(marginal({ type: "logistic", scale: 2, rate: 1 }, 1200), 0)
})

describe("S-shaped curves", () => {
  const scale = between(1, 100)
  const sigmoid = fc.oneof(
    fc.record({
      type: fc.constant("hill" as const),
      scale,
      halfSaturation: between(0.2, 5),
      slope: between(1.05, 8),
    }),
    fc.record({ type: fc.constant("hill-sigmoid" as const), scale, rate: between(0.2, 8), midpoint: between(0.01, 5) }),
  )

  test("are steepest at their inflection, and fall from it on", () => {
    fc.assert(
      fc.property(sigmoid, between(0.01, 1), between(1, 4), (curve, share, times) => {
        assert.deepEqual(checkCurve(curve), [])
        assert.equal(isConcave(curve), false)
        assert.equal(response(curve, 0), 0)
        const bend = shapeOf(curve).inflection
        const steepest = marginal(curve, bend) * (1 + 1e-12)
        assert.ok(marginal(curve, share * bend) <= steepest && marginal(curve, times * bend) <= steepest)
        // Which way it bends, by its second difference
        const bends = (at: number, h: number) =>
          response(curve, at + h) - 2 * response(curve, at) + response(curve, at - h)
        const noise = 1e-12 * curve.scale
        assert.ok(bends(share * bend, 1e-3 * share * bend) >= -noise, "convex before")
        assert.ok(bends(times * bend * 1.001, 1e-3 * bend) <= noise, "concave after")
      }),
      runs(500),
    )
  })

  test("give back the far spend of a marginal, and the inflection for one they never reach", () => {
    fc.assert(
      fc.property(sigmoid, between(1.001, 6), (curve, times) => {
        const shape = shapeOf(curve)
        const spend = times * shapeOf(curve).inflection
        if (shape.marginal(spend) > 1e-200)
          close(shape.marginal(shape.spendAt(shape.marginal(spend))), shape.marginal(spend), 1e-10)
        assert.ok(shape.spendAt(shape.marginal(spend)) >= shapeOf(curve).inflection)
        assert.equal(shape.spendAt(shape.marginal(shape.inflection) * 1.001), shape.inflection)
        assert.equal(shape.spendAt(0), Infinity)
      }),
      runs(500),
    )
  })

  test("keep every digit near 0, where two terms of the formula cancel", () => {
    // σβ S(−βλ) S(βλ) · x for small x, to the first order
    const e = Math.exp(-8)
    close(
      response({ type: "hill-sigmoid", scale: 10, rate: 4, midpoint: 2 }, 1e-12),
      (10 * 4 * 1e-12 * e) / (1 + e) ** 2,
      1e-11,
    )
  })
})

test("S-shaped and convex curves are not concave", () => {
  assert.equal(isConcave({ type: "hill-sigmoid", scale: 1, rate: 1, midpoint: 0.1 }), false)
  assert.equal(isConcave({ type: "hill-sigmoid", scale: 1, rate: 1, midpoint: 0 }), true)
  assert.equal(isConcave({ type: "hill-sigmoid", scale: 0, rate: 1, midpoint: 0.1 }), true)
  assert.equal(isConcave({ type: "hill", scale: 1, halfSaturation: 1, slope: 1.01 }), false)
  assert.equal(isConcave({ type: "power", scale: 1, exponent: 1.01 }), false)
  assert.equal(
    isConcave({
      type: "piecewise",
      points: [
        { spend: 1, response: 1 },
        { spend: 2, response: 3 },
      ],
    }),
    false,
  )
})

test("what a schema cannot say of a curve is checked, with the field's path", () => {
  const points = (...pairs: [number, number][]): Curve => ({
    type: "piecewise",
    points: pairs.map(([spend, response]) => ({ spend, response })),
  })
  assert.deepEqual(checkCurve(points([2, 1], [2, 3])), [
    { path: "/points/1/spend", message: "2 must be more than 2, the point before" },
  ])
  assert.deepEqual(checkCurve(points([1, 2], [2, 1])), [
    { path: "/points/1/response", message: "1 must be no less than 2, the point before" },
  ])
  assert.deepEqual(
    checkCurve({ type: "linear", slope: Number.NaN }).map(({ path }) => path),
    ["/slope"],
  )
  assert.deepEqual(
    checkCurve({ type: "log", scale: 1, rate: -1 }).map(({ path }) => path),
    ["/rate"],
  )
  assert.match(
    checkCurve({ type: "constructor" } as unknown as Curve)[0]?.message ?? "",
    /"constructor" is no curve: use one of hill/,
  )
})
