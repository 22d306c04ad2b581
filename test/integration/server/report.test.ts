import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { headers } from "../../../app/contract/headers.ts"
import { routes } from "../../../app/contract/routes.ts"
import { Report } from "../../../app/results/report-schema.ts"
import { checker } from "../../../app/validation.ts"
import { startApp, type TestApp } from "../../support/app.ts"
import { startPostgres, type TestPostgres } from "../../support/postgres.ts"

describe("the report of a result", () => {
  let postgres: TestPostgres
  let app: TestApp
  let url: string

  before(async () => {
    postgres = await startPostgres()
    app = await startApp(postgres.url)
    const model = { name: "podcast", curve: { type: "michaelis-menten", scale: 90, halfSaturation: 50 }, unit: "sales" }
    await app.ask("POST", routes.models, { body: model })
    const { body } = await app.ask("POST", routes.optimize, {
      body: { budget: { podcast: 100, b: 50 }, curves: { b: { type: "linear", slope: 0.5 } } },
    })
    url = `${routes.results}/${body.id}/report`
  })
  after(async () => {
    await app?.close()
    await postgres?.close()
  })

  it("is JSON with the curves that the answer was computed with", async () => {
    const { status, headers: sent, body } = await app.ask("GET", `${url}?points=3`)
    assert.equal(status, 200, JSON.stringify(body))
    assert.match(String(sent["content-type"]), /^application\/json/)
    assert.equal(sent.vary, "Accept")
    assert.deepEqual(checker(Report, "strict")(body), { ok: true, value: body })
    const [podcast, b] = body.channels
    assert.deepEqual([podcast.model, podcast.unit, b.model, b.unit], ["podcast@1", "sales", "inline", null])
    // 90 · 50 / (50 + x)² = 0.5 at x = √9000 − 50
    assert.ok(Math.abs(podcast.spend.optimal - (Math.sqrt(9000) - 50)) < 1e-6, JSON.stringify(podcast.spend))
    assert.deepEqual(
      podcast.curve.points.map((point: { spend: number }) => point.spend),
      [0, 75, 150],
    )
    assert.ok(Math.abs(podcast.curve.points[2].response - (90 * 150) / 200) < 1e-12)
    assert.match(podcast.sentence, /^podcast goes from 100 to 44\.868/)
  })

  it("is CSV where that is asked for by name", async () => {
    for (const accept of ["text/csv", "text/html, Text/CSV;q=0.5"]) {
      const { status, headers: sent, body } = await app.ask("GET", url, { headers: { Accept: accept } })
      assert.equal(status, 200)
      assert.equal(sent["content-type"], "text/csv; charset=utf-8; header=present")
      assert.match(String(sent["content-disposition"]), /^attachment; filename="report-[0-9a-f-]{36}\.csv"$/)
      const [header, first] = String(body).split("\r\n")
      assert.match(header ?? "", /^channel,model,unit,spend_today,/)
      assert.match(first ?? "", /^podcast,podcast@1,sales,100,44\.868/)
    }
    for (const accept of ["*/*", "application/json", "text/*"]) {
      const { headers: sent } = await app.ask("GET", url, { headers: { Accept: accept } })
      assert.match(String(sent["content-type"]), /^application\/json/)
    }
  })

  it("is the same made on a thread, as a large one is", async () => {
    const names = Array.from({ length: 11 }, (_, i) => `ä${i}`)
    const { body: answer } = await app.ask("POST", routes.optimize, {
      body: {
        budget: Object.fromEntries(names.map((name) => [name, 10])),
        curves: Object.fromEntries(names.map((name) => [name, { type: "log", scale: 9, rate: 0.1 }])),
      },
    })
    const large = `${routes.results}/${answer.id}/report`
    const { status, headers: sent, body } = await app.ask("GET", `${large}?points=200`)
    assert.equal(status, 200)
    assert.match(String(sent["content-type"]), /^application\/json/)
    assert.deepEqual(
      body.channels.map((one: { channel: string; curve: { points: object[] } }) => [
        one.channel,
        one.curve.points.length,
      ]),
      names.map((name) => [name, 200]),
    )
    const rows = (points: number) => app.ask("GET", `${large}?points=${points}`, { headers: { Accept: "text/csv" } })
    assert.equal((await rows(200)).body, (await rows(2)).body)
  })

  it("outlives its models, and is its owner's alone", async () => {
    const before = await app.ask("GET", url)
    assert.equal((await app.ask("DELETE", `${routes.models}/podcast`)).status, 204)
    assert.deepEqual((await app.ask("GET", url)).body, before.body)
    const stranger = await app.ask("GET", url, { headers: { [headers.consumer]: "mobile-app" } })
    assert.equal(stranger.status, 404)
    assert.equal((await app.ask("GET", `${routes.results}/none/report`)).body.type, "/problems/not-found")
    const wrong = await app.ask("GET", `${url}?points=1`)
    assert.equal(wrong.body.type, "/problems/invalid-parameter")
    assert.equal(wrong.body.errors[0].path, "points")
  })

  it("is described, with fit and scenarios, in the API's own description", async () => {
    const { body } = await app.ask("GET", `${routes.docs}/json`)
    const report = body.paths[`${routes.results}/{id}/report`].get
    assert.deepEqual(Object.keys(report.responses["200"].content), ["application/json", "text/csv"])
    for (const path of [routes.fit, routes.scenarios]) {
      const { requestBody, responses } = body.paths[path].post
      assert.ok(requestBody.content["application/json"].schema.properties, path)
      assert.ok(responses["200"].content["application/json"].schema.properties, path)
    }
  })
})
