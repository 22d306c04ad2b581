import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { exampleModels } from "../../../app/models/examples.ts"
import { curvePoints, predict } from "../../../app/models/predict.ts"
import { type Model, NewModel, parseReference, referenceOf } from "../../../app/models/schema.ts"
import { checkCurve, isConcave, response } from "../../../app/optimizer/curves.ts"
import { ProblemError } from "../../../app/problem.ts"
import { checker } from "../../../app/validation.ts"

const log: Model = {
  name: "tv",
  version: 2,
  curve: { type: "log", scale: 10, rate: 1 },
  unit: "sales",
  description: "",
  example: false,
  createdAt: "",
  createdBy: "",
}

describe("example models", () => {
  const check = checker(NewModel, "strict")

  it("are valid, concave, told apart by name, and say what they are", () => {
    for (const model of exampleModels) {
      assert.deepEqual(check(model), { ok: true, value: model })
      assert.deepEqual(checkCurve(model.curve), [])
      assert.equal(isConcave(model.curve), true, model.name)
      assert.match(model.description ?? "", /^An example, not fitted to any data/)
      assert.equal(model.unit, "conversions per month")
    }
    const names = exampleModels.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    for (const name of ["tv", "digital"]) assert.ok(names.includes(name), name)
  })

  it("earn plausibly: at 50,000 a month a conversion costs between 10 and 100", () => {
    for (const { name, curve } of exampleModels) {
      const cost = 50_000 / response(curve, 50_000)
      assert.ok(cost > 10 && cost < 100, `${name}: ${cost}`)
    }
  })
})

describe("predictions", () => {
  it("give response and marginal response, and tell how long they took", () => {
    const told: [string, boolean][] = []
    const given = predict(log, [0, Math.E - 1], (model, seconds) => told.push([model, seconds >= 0]))
    assert.equal(given.model, "tv@2")
    assert.equal(given.unit, "sales")
    assert.deepEqual(given.points[0], { spend: 0, response: 0, marginal: 10 })
    assert.ok(Math.abs((given.points[1]?.response ?? 0) - 10) < 1e-12)
    assert.ok(Math.abs((given.points[1]?.marginal ?? 0) - 10 / Math.E) < 1e-12)
    assert.deepEqual(told, [["tv", true]])
    const upright = predict({ ...log, curve: { type: "power", scale: 1, exponent: 0.5 } }, [0])
    assert.deepEqual(upright.points, [{ spend: 0, response: 0, marginal: null }])
  })

  it("draw a curve from end to end", () => {
    const spends = curvePoints(log, { from: 1, to: 2, points: 5 }).points.map(({ spend }) => spend)
    assert.deepEqual(spends, [1, 1.25, 1.5, 1.75, 2])
    assert.equal(curvePoints(log, { to: 1 }).points.length, 50)
    assert.throws(
      () => curvePoints(log, { from: 2, to: 2 }),
      (error) => error instanceof ProblemError && error.code === "invalid-parameter" && error.errors[0]?.path === "to",
    )
  })
})

describe("model references", () => {
  it("name a model, or one version of it", () => {
    assert.deepEqual(parseReference("tv"), { name: "tv", version: undefined })
    assert.deepEqual(parseReference("tv@12"), { name: "tv", version: 12 })
    assert.equal(referenceOf({ name: "tv", version: 12 }), "tv@12")
  })
})
