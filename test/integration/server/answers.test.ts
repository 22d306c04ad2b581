import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { headers } from "../../../app/contract/headers.ts"
import { routes } from "../../../app/contract/routes.ts"
import { withApp } from "../../support/served-app.ts"
import { untilEnded } from "../../support/until-ended.ts"

const guideCall = { budget: { tv: 100_000, digital: 200_000 }, constraints: { total: 300_000 } }

describe("the service on a fresh database", () => {
  const served = withApp()

  it("says that it is healthy and ready, and that it has no Redis", async () => {
    const health = await served.app.ask("GET", routes.health)
    assert.equal(health.status, 200)
    assert.equal(health.body.status, "healthy")
    const ready = await served.app.ask("GET", routes.ready)
    assert.equal(ready.status, 200)
    assert.deepEqual(ready.body, { ready: true, checks: { database: true, redis: false, models: true } })
  })

  it("answers the guide's call with an allocation that adds up to the total", async () => {
    const { status, body } = await served.app.ask("POST", routes.optimize, { body: guideCall })
    assert.equal(status, 200)
    assert.equal(body.status, "optimal")
    assert.equal(body.method, "kkt")
    assert.ok(body.gap <= 1e-6, `gap ${body.gap}`)
    assert.equal(body.allocation.tv + body.allocation.digital, 300_000)
    assert.ok(body.totals.lift.response >= 0)
    assert.equal(body.stored, true)
    const [tv, digital] = body.channels.toSorted((a: { channel: string }) => (a.channel === "tv" ? -1 : 1))
    assert.ok(Math.abs(tv.marginalRoi / digital.marginalRoi - 1) < 1e-6, "marginal returns are equal at the optimum")
    assert.equal(body.warnings.length > 0, true, "example models are named as such")
  })

  it("solves further linear constraints by linear programming, certified", async () => {
    const body = {
      ...guideCall,
      constraints: {
        total: 300_000,
        groups: [{ name: "offline", channels: ["tv"], max: 90_000 }],
        linear: [{ name: "ratio", coefficients: { digital: 1, tv: -2 }, min: 0 }],
      },
    }
    const answer = await served.app.ask("POST", routes.optimize, { body })
    assert.equal(answer.status, 200)
    assert.equal(answer.body.method, "lp")
    assert.ok(answer.body.gap <= 1e-6)
    assert.ok(answer.body.allocation.tv <= 90_000 * (1 + 1e-9))
    assert.deepEqual(
      answer.body.constraints.map((constraint: { name: string; bound: string | null }) => constraint.name).sort(),
      ["offline", "ratio"],
    )
  })

  it("keeps a stored answer for whoever asked, and for nobody else", async () => {
    const { body: answer } = await served.app.ask("POST", routes.optimize, { body: guideCall })
    const url = `${routes.results}/${answer.id}`
    const read = await served.app.ask("GET", url)
    assert.equal(read.status, 200)
    assert.deepEqual(read.body.allocation, answer.allocation)
    assert.deepEqual(read.body.request, guideCall)
    const stranger = await served.app.ask("GET", url, { headers: { [headers.consumer]: "mobile-app" } })
    assert.equal(stranger.status, 404)
    const listed = await served.app.ask("GET", `${routes.results}?limit=1`)
    assert.equal(listed.body.items[0].id, answer.id)
    assert.equal((await served.app.ask("DELETE", url)).status, 204)
    assert.equal((await served.app.ask("GET", url)).status, 404)
  })

  it("does not keep an answer that is not to be stored", async () => {
    const { body: answer } = await served.app.ask("POST", routes.optimize, { body: { ...guideCall, store: false } })
    assert.equal(answer.stored, false)
    assert.equal((await served.app.ask("GET", `${routes.results}/${answer.id}`)).status, 404)
  })

  it("answers a second time from the cache, with an id of its own", async () => {
    const body = { budget: { tv: 1234, digital: 5678 }, method: "lp" }
    const first = await served.app.ask("POST", routes.optimize, { body })
    const second = await served.app.ask("POST", routes.optimize, { body })
    assert.equal(first.body.cached, false)
    assert.equal(second.body.cached, true)
    assert.notEqual(first.body.id, second.body.id)
    assert.deepEqual(second.body.allocation, first.body.allocation)
  })

  it("takes a job with Prefer: respond-async, and the worker finishes it", async () => {
    const accepted = await served.app.ask("POST", routes.optimize, {
      body: guideCall,
      headers: { Prefer: "respond-async" },
    })
    assert.equal(accepted.status, 202)
    assert.equal(accepted.headers["preference-applied"], "respond-async")
    const location = String(accepted.headers.location)
    assert.equal(location, `${routes.jobs}/${accepted.body.id}`)
    const job = await untilEnded(served.app, location)
    assert.equal(job.status, "succeeded")
    const result = await served.app.ask("GET", `${routes.results}/${job.resultId}`)
    assert.equal(result.body.allocation.tv + result.body.allocation.digital, 300_000)
  })

  it("stores a model's versions, predicts with them and draws their curve", async () => {
    const model = { name: "podcast", curve: { type: "michaelis-menten", scale: 100, halfSaturation: 50 } }
    const created = await served.app.ask("POST", routes.models, { body: model })
    assert.equal(created.status, 201)
    assert.equal(created.headers.location, `${routes.models}/podcast/versions/1`)
    const second = await served.app.ask("POST", routes.models, {
      body: { ...model, curve: { type: "linear", slope: 2 } },
    })
    assert.equal(second.body.version, 2)
    const latest = await served.app.ask("GET", `${routes.models}/podcast`)
    assert.equal(latest.body.version, 2)
    const versions = await served.app.ask("GET", `${routes.models}/podcast/versions`)
    assert.deepEqual(
      versions.body.items.map((item: { version: number }) => item.version),
      [2, 1],
    )
    const predicted = await served.app.ask("POST", `${routes.models}/podcast/predict?version=1`, {
      body: { spends: [0, 50] },
    })
    assert.deepEqual(
      predicted.body.points.map((point: { response: number }) => point.response),
      [0, 50],
    )
    const curve = await served.app.ask("GET", `${routes.models}/podcast/curve?to=10&points=3`)
    assert.deepEqual(
      curve.body.points.map((point: { spend: number; response: number }) => [point.spend, point.response]),
      [
        [0, 0],
        [5, 10],
        [10, 20],
      ],
    )
    assert.equal((await served.app.ask("DELETE", `${routes.models}/podcast/versions/2`)).status, 204)
    assert.equal((await served.app.ask("GET", `${routes.models}/podcast`)).body.version, 1)
    assert.equal((await served.app.ask("DELETE", `${routes.models}/podcast`)).status, 204)
    assert.equal((await served.app.ask("GET", `${routes.models}/podcast`)).status, 404)
  })

  it("describes its API as OpenAPI 3.1 and shows it on a page that its policy lets run", async () => {
    const described = await served.app.ask("GET", `${routes.docs}/json`)
    assert.equal(described.status, 200)
    assert.equal(described.body.openapi, "3.1.0")
    assert.deepEqual(
      Object.keys(described.body.paths).filter((path) => path === routes.optimize),
      [routes.optimize],
    )
    const page = await served.app.ask("GET", `${routes.docs}/`)
    assert.equal(page.status, 200)
    assert.match(String(page.headers["content-security-policy"]), /script-src 'self'/)
    const root = await served.app.ask("GET", routes.root)
    assert.equal(root.status, 302)
    assert.equal(root.headers.location, routes.docs)
  })

  it("sends the contract's headers with every answer", async () => {
    const { headers: sent } = await served.app.ask("GET", routes.health, {
      headers: { [headers.requestId]: "a-test.1" },
    })
    assert.equal(sent["strict-transport-security"], "max-age=31536000")
    assert.equal(sent["x-content-type-options"], "nosniff")
    assert.equal(sent["x-frame-options"], "DENY")
    assert.match(String(sent["content-security-policy"]), /default-src 'none'/)
    assert.equal(sent.server, undefined)
    assert.equal(sent["x-powered-by"], undefined)
    assert.equal(sent[headers.requestId.toLowerCase()], "a-test.1")
  })

  it("counts what it did", async () => {
    await served.app.ask("POST", routes.optimize, { body: guideCall })
    await served.app.ask("POST", routes.optimize, { body: { budget: {} } })
    const { body: text } = await served.app.ask("GET", routes.metrics)
    for (const line of [
      /^optimization_requests_total\{method="kkt",status="success"\} \d+$/m,
      /^optimization_requests_total\{method="auto",status="error"\} \d+$/m,
      /^optimization_duration_seconds_bucket\{le="5",method="kkt"\} \d+$/m,
      /^active_optimizations 0$/m,
      /^model_prediction_seconds_count\{model_name="podcast"\} \d+$/m,
      /^http_requests_total\{method="POST",route="\/api\/v1\/optimize",status="200"\} \d+$/m,
      /^job_queue_depth 0$/m,
      /^database_pool_connections\{state="size"\} 8$/m,
      /^solution_cache_requests_total\{result="hit"\} \d+$/m,
      /^rate_limited_requests_total\{limit="optimize"\} 0$/m,
      /^api_requests_under_way 0$/m,
      /^api_requests_limit 100$/m,
      /^thread_pool_threads\{pool="solver",state="size"\} 1$/m,
      /^process_memory_limit_bytes [1-9]\d+/m,
      /^atlas_ready\{role="optimizer"\} 1$/m,
    ]) {
      assert.match(text, line)
    }
  })

  it("logs requests as JSON with the guide's members and without keys or bodies", async () => {
    await served.app.ask("POST", routes.optimize, { body: guideCall, headers: { [headers.requestId]: "log-test" } })
    const line = served.app.lines.find((entry) => entry.request_id === "log-test")
    assert.ok(line, "the request's line")
    assert.match(String(line.timestamp), /^\d{4}-\d\d-\d\dT.*Z$/)
    assert.equal(line.level, "INFO")
    assert.equal(line.logger, "atlas")
    assert.equal(line.event_type, "request")
    assert.equal(line.status, 200)
    assert.equal(JSON.stringify(served.app.lines).includes(new URL(served.databaseUrl).password), false)
  })
})
