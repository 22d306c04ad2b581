import assert from "node:assert/strict"
import { afterEach, beforeEach, describe, test } from "node:test"
import { CloudError } from "../../../app/scaler/cloud.ts"
import { openWorkerPool } from "../../../app/scaler/google.ts"
import { type GoogleDouble, startGoogleDouble } from "../../support/scaler/google-double.ts"

const name = "projects/shop/locations/europe-west1/workerPools/worker"
const token = "a-token-of-google"
const rates = { percentPerMinute: 50, afterSeconds: 60 }
const scaling = { resource: name, min: 1, max: 10, signals: { queuedJobs: 10 }, up: rates, down: rates }
const quiet = () => new AbortController().signal

describe("a worker pool on a double of Cloud Run", () => {
  let double: GoogleDouble

  beforeEach(async () => {
    double = await startGoogleDouble(name, token)
  })
  afterEach(() => double.close())

  const open = (accessToken = token) => openWorkerPool(scaling, { rootUrl: `${double.url}/`, accessToken, pollMs: 5 })

  test("its count is read and set, and the end of the operation awaited", async () => {
    const count = await open().readCount(quiet())
    assert.equal(count.value, 1)
    const { done } = await count.set(3, { work: quiet(), life: quiet() })
    assert.equal(double.pool.count, 3)
    await done
    assert.deepEqual(double.violations, [])
    const operation = "/v2/projects/shop/locations/europe-west1/operations/1"
    assert.deepEqual(
      double.asked.map(({ method, path }) => [method, path]),
      [
        ["GET", `/v2/${name}`],
        ["PATCH", `/v2/${name}`],
        ["GET", operation],
        ["GET", operation],
      ],
    )
    assert.deepEqual(double.asked[1]?.query, { updateMask: "scaling.manualInstanceCount" })
    assert.deepEqual(double.asked[1]?.body, {
      etag: '"1"',
      scaling: { manualInstanceCount: 3 },
      template: { serviceAccount: "worker@shop.iam.gserviceaccount.com" },
    })
  })

  test("a count that somebody else has set meanwhile is not overwritten", async () => {
    const pool = open()
    const [first, second] = [await pool.readCount(quiet()), await pool.readCount(quiet())]
    await (await first.set(4, { work: quiet(), life: quiet() })).done
    await assert.rejects(second.set(2, { work: quiet(), life: quiet() }), {
      message: `Cloud Run did not set ${name} to 2 (409): Conflict for resource: the etag is not its own`,
    })
    assert.equal(double.pool.count, 4)
  })

  test("an operation that fails says why", async () => {
    double.failOperations("Quota exceeded for instances")
    const count = await open().readCount(quiet())
    const { done } = await count.set(9, { work: quiet(), life: quiet() })
    await assert.rejects(done, { message: `Cloud Run could not set ${name} to 9: Quota exceeded for instances` })
    assert.equal(double.pool.count, 1)
  })

  test("a refusal is told once, with how long to wait and without the token", async () => {
    const body = { error: { code: 429, message: "Quota exceeded", status: "RESOURCE_EXHAUSTED" } }
    double.answerNext("GET", { status: 429, headers: { "Retry-After": "20" }, body })
    await assert.rejects(open().readCount(quiet()), (error) => {
      assert.ok(error instanceof CloudError)
      assert.equal(error.message, `Cloud Run did not read ${name} (429): Quota exceeded`)
      assert.equal(error.retryAfterSeconds, 20)
      assert.equal(JSON.stringify(error, Object.getOwnPropertyNames(error)).includes(token), false)
      return true
    })
    assert.equal(double.asked.length, 1)
    const count = await open().readCount(quiet())
    double.answerNext("PATCH", { status: 503, body: { error: { code: 503, message: "later", status: "UNAVAILABLE" } } })
    await assert.rejects(count.set(2, { work: quiet(), life: quiet() }), /did not set .* to 2 \(503\): later/)
    assert.equal(double.asked.filter(({ method }) => method === "PATCH").length, 1)
  })

  test("a pool that is not scaled by hand, a wrong token and an abort are errors", async () => {
    double.pool.count = undefined
    await assert.rejects(open().readCount(quiet()), {
      message: `${name} has no scaling.manualInstanceCount. Only a pool with manual scaling can be set; deploy it so.`,
    })
    await assert.rejects(open("another").readCount(quiet()), /\(401\): no valid bearer token/)
    await assert.rejects(open().readCount(AbortSignal.abort()), /did not read/)
  })

  test("the wait for an operation ends with the process", async () => {
    const life = new AbortController()
    const count = await openWorkerPool(scaling, {
      rootUrl: `${double.url}/`,
      accessToken: token,
      pollMs: 60_000,
    }).readCount(quiet())
    const { done } = await count.set(2, { work: quiet(), life: life.signal })
    life.abort()
    await assert.rejects(done, { name: "AbortError" })
  })
})
