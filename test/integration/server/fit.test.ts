import assert from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import fc from "fast-check"
import { routes } from "../../../app/contract/routes.ts"
import { fitCurve } from "../../../app/models/fit/fit.ts"
import { openFitter } from "../../../app/models/fit/fitter.ts"
import type { FitTask } from "../../../app/models/fit/schema.ts"
import { response } from "../../../app/optimizer/curves.ts"
import { ProblemError } from "../../../app/problem.ts"
import { PROBLEM_TYPE } from "../../../app/server/plugins/problem-details.ts"
import { startApp } from "../../support/app.ts"
import { normal, uniform } from "../../support/noise.ts"
import { withApp } from "../../support/served-app.ts"

const spend = uniform(3)
const error = normal(4)
const history: FitTask["history"] = Array.from({ length: 60 }, () => {
  const at = 5_000 + 80_000 * spend()
  const curve = { type: "michaelis-menten", scale: 9_000, halfSaturation: 30_000 } as const
  return { spend: at, response: response(curve, at) + 80 * error() }
})

describe("fitting a model", () => {
  const served = withApp()

  const modelNames = async () =>
    (await served.app.ask("GET", `${routes.models}?limit=200`)).body.items.map((model: { name: string }) => model.name)

  it("answers with the curve, its quality and its intervals, and stores nothing", async () => {
    const before = await modelNames()
    const { status, body } = await served.app.ask("POST", routes.fit, { body: { history } })
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.curve.type, "michaelis-menten")
    const [scale] = body.parameters
    assert.ok(scale.interval.low < 9_000 && 9_000 < scale.interval.high, JSON.stringify(scale))
    assert.ok(body.quality.rSquared > 0.98)
    assert.equal(body.rows.length, history.length)
    assert.equal(body.model, null)
    assert.deepEqual(body.warnings, [])
    // The thread computes what the function does
    const { model: _, ...fit } = body
    assert.deepEqual(fit, JSON.parse(JSON.stringify(fitCurve({ history }))))
    assert.deepEqual(await modelNames(), before)
  })

  it("stores the next version of a model that it names, and the optimizer takes it", async () => {
    const body = { history, name: "podcast", unit: "sales per week" }
    const first = await served.app.ask("POST", routes.fit, { body })
    assert.equal(first.status, 200, JSON.stringify(first.body))
    assert.equal(first.headers.location, `${routes.models}/podcast/versions/1`)
    assert.match(first.body.model.description, /^Fitted to 60 rows: michaelis-menten, R² 0\.9\d\d\.$/)
    const again = await served.app.ask("POST", routes.fit, {
      body: { ...body, types: ["log"], description: "By hand" },
    })
    assert.equal(again.body.model.version, 2)
    assert.equal(again.body.model.description, "By hand")
    const stored = await served.app.ask("GET", `${routes.models}/podcast/versions/1`)
    assert.deepEqual(stored.body.curve, first.body.curve)
    assert.equal(stored.body.unit, "sales per week")
    assert.equal(stored.body.example, false)
    const optimized = await served.app.ask("POST", routes.optimize, { body: { budget: { podcast: 100, tv: 100 } } })
    assert.equal(optimized.body.channels[0].model, "podcast@2")
  })

  it("takes a curve as another model reports it", async () => {
    const from = { type: "robyn-hill", coef: 900, alpha: 0.9, gamma: 0.4, maxExposure: 50_000, meanCarryover: 2_000 }
    const created = await served.app.ask("POST", routes.models, { body: { name: "radio.robyn", from } })
    assert.equal(created.status, 201, JSON.stringify(created.body))
    assert.equal(created.body.curve.type, "hill")
    const predicted = await served.app.ask("POST", `${routes.models}/radio.robyn/predict`, {
      body: { spends: [0, 10_000] },
    })
    const hill = (x: number) => (900 * x ** 0.9) / (x ** 0.9 + 20_000 ** 0.9)
    assert.equal(predicted.body.points[0].response, 0)
    assert.ok(Math.abs(predicted.body.points[1].response - (hill(12_000) - hill(2_000))) < 1e-9)
  })

  it("says what is wrong with a body, by its path", async () => {
    const few = history.slice(0, 4)
    const cases: [string, unknown, string][] = [
      [routes.fit, {}, ""],
      [routes.fit, { history: [] }, "/history"],
      [routes.fit, { history: [...few, { spend: -1, response: 1 }] }, "/history/4/spend"],
      [routes.fit, { history: few, types: ["hill", "spline"] }, "/types/1"],
      [routes.fit, { history: few.map((row) => ({ ...row, spend: 7 })) }, "/history"],
      [routes.fit, { history: few.slice(0, 3), types: ["hill"] }, "/history"],
      [routes.fit, { history: few, adstock: { type: "geometric", retention: 2 } }, "/adstock/retention"],
      [routes.fit, { history: few, adstock: { type: "echo" } }, "/adstock/type"],
      [routes.fit, { history: few, name: "UPPER" }, "/name"],
      [routes.models, { name: "a", from: { type: "pymc-spline" } }, "/from/type"],
      [routes.models, { name: "a", from: { type: "pymc-tanh", b: 1 } }, "/from"],
      [routes.models, { name: "a" }, ""],
    ]
    for (const [url, body, path] of cases) {
      const answer = await served.app.ask("POST", url, { body })
      assert.equal(
        answer.body.type,
        "/problems/invalid-body",
        `${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`,
      )
      const paths = answer.body.errors.map((one: { path: string }) => one.path)
      assert.ok(paths.includes(path), `${JSON.stringify(paths)} has ${JSON.stringify(path)}`)
    }
  })

  it("never answers 5xx, whatever the history", async () => {
    const amount = fc.oneof(
      fc.constantFrom(0, 1, 1e-15, 1e15, 1e-300, 5e14),
      fc.double({ min: 0, max: 1e15, noNaN: true }),
      fc.integer({ min: 0, max: 5 }),
    )
    const wrong = fc.anything()
    const rows = fc.array(fc.record({ spend: amount, response: amount }), { minLength: 1, maxLength: 8 })
    const body = fc.record(
      {
        history: fc.oneof({ arbitrary: rows, weight: 6 }, { arbitrary: wrong, weight: 1 }),
        types: fc.oneof(fc.subarray(["linear", "log", "hill", "hill-sigmoid", "power"], { minLength: 1 }), wrong),
        baseline: fc.boolean(),
        concave: fc.boolean(),
        adstock: fc.oneof(
          fc.constantFrom(
            { type: "geometric", retention: "fit" },
            { type: "geometric", retention: 0.999999 },
            { type: "delayed", retention: 0, peak: 3.5, periods: 4 },
            { type: "weibull-pdf", shape: 0.01, scale: 1e15, periods: 520 },
            { type: "binomial", retention: 1e-15, periods: 9, normalize: true },
          ),
          wrong,
        ),
      },
      { requiredKeys: ["history"] },
    )
    let answered = 0
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const answer = await served.app.ask("POST", routes.fit, { body: given })
        assert.ok(answer.status < 500, `${answer.status} ${JSON.stringify(answer.body)} to ${JSON.stringify(given)}`)
        if (answer.status === 200) answered += 1
        else assert.equal(answer.headers["content-type"], PROBLEM_TYPE)
      }),
      { numRuns: 600, seed: 20_260_101 },
    )
    assert.ok(answered > 30, `${answered} histories could be fitted`)
    assert.equal((await served.app.ask("GET", routes.health)).status, 200)
  })

  it("counts as computing, with the optimizations", async () => {
    const limited = await startApp(served.databaseUrl, { OPTIMIZE_RATE: "0.01", OPTIMIZE_BURST: "2" })
    try {
      const optimize = { body: { budget: { tv: 100 }, store: false } }
      assert.equal((await limited.ask("POST", routes.optimize, optimize)).status, 200)
      assert.equal((await limited.ask("POST", routes.fit, { body: {} })).status, 400)
      assert.equal((await limited.ask("POST", routes.fit, { body: { history } })).status, 429)
      assert.equal((await limited.ask("POST", routes.optimize, optimize)).status, 429)
      assert.equal((await limited.ask("GET", routes.models)).status, 200)
    } finally {
      await limited.close()
    }
  })
})

describe("fits on threads", () => {
  it("end at their deadline and at their signal, and no more wait than may", async () => {
    const folder = await mkdtemp(join(tmpdir(), "atlas-fit-"))
    const thread = join(folder, "endless.mjs")
    await writeFile(thread, "export default function () { for (;;) ; }\n")
    const fitter = openFitter({ threads: 1, thread })
    const hasCode = (code: string) => (problem: unknown) => problem instanceof ProblemError && problem.code === code
    try {
      await assert.rejects(fitter.fit({ history }, { timeoutSeconds: 0.2 }), hasCode("deadline-exceeded"))
      const stop = new AbortController()
      const given = Array.from({ length: 40 }, () => fitter.fit({ history }, { signal: stop.signal }))
      const first = await Promise.race(given.map((one) => one.catch((problem: unknown) => problem)))
      assert.ok(hasCode("overloaded")(first))
      stop.abort(new Error("gone"))
      const outcomes = await Promise.allSettled(given)
      const reasons = outcomes.map((outcome) => outcome.status === "rejected" && (outcome.reason as Error).message)
      assert.equal(reasons.filter((reason) => reason === "gone").length, 17)
      await assert.rejects(fitter.fit({ history }, { signal: stop.signal }), /^Error: gone$/)
    } finally {
      await fitter.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
