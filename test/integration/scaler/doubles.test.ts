import assert from "node:assert/strict"
import { test } from "node:test"
import { startAzureDouble } from "../../support/scaler/azure-double.ts"
import type { Double } from "../../support/scaler/double.ts"
import { startGoogleDouble } from "../../support/scaler/google-double.ts"

/** The status that a request gets, and the last thing that the double holds against it. */
async function ask(double: Double, method: string, path: string, body?: object, token = "right") {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }
  const { status } = await fetch(`${double.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return [status, double.violations.at(-1)]
}

test("the double of Cloud Run refuses what its description does not know", async (t) => {
  const name = "projects/p/locations/l/workerPools/w"
  const double = await startGoogleDouble(name, "right")
  t.after(() => double.close())
  const path = `/v2/${name}`
  const masked = `${path}?updateMask=scaling.manualInstanceCount`
  const said = (method: string, sentence: string) => `${method} ${path}: ${sentence}`
  assert.deepEqual(await ask(double, "GET", path, undefined, "wrong"), [401, said("GET", "no valid bearer token")])
  assert.deepEqual(await ask(double, "POST", path, {}), [404, said("POST", "no such operation")])
  assert.deepEqual(await ask(double, "GET", `${path}?mask=x`), [400, said("GET", "query /mask is not known here")])
  const mode = { scaling: { scalingMode: "MANUAL", manualInstanceCount: 2 } }
  assert.deepEqual(await ask(double, "PATCH", masked, mode), [
    400,
    said("PATCH", "body /scaling/scalingMode is not known here"),
  ])
  const half = { scaling: { manualInstanceCount: 2.5 } }
  assert.deepEqual(await ask(double, "PATCH", masked, half), [
    400,
    said("PATCH", "body /scaling/manualInstanceCount must be integer"),
  ])
  const good = { scaling: { manualInstanceCount: 2 } }
  assert.equal((await ask(double, "PATCH", `${path}?updateMask=template`, good))[0], 400)
  assert.equal((await ask(double, "PATCH", masked, { ...good, etag: '"0"' }))[0], 409)
  assert.equal(double.pool.count, 1)
  assert.equal((await ask(double, "PATCH", masked, { ...good, etag: '"1"' }))[0], 200)
  assert.equal(double.pool.count, 2)
})

test("the double of Azure refuses what its description does not know", async (t) => {
  const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerInstance/NGroups/api"
  const double = await startAzureDouble(id, "right")
  t.after(() => double.close())
  const said = (method: string, sentence: string, path = id) => `${method} ${path}: ${sentence}`
  const version = "?api-version=2025-09-01"
  assert.deepEqual(await ask(double, "GET", id, undefined, "wrong"), [401, said("GET", "no valid bearer token")])
  assert.deepEqual(await ask(double, "GET", id), [400, said("GET", "query  must have api-version")])
  assert.equal((await ask(double, "GET", `${id}?api-version=2024-11-01-preview`))[0], 400)
  const state = { properties: { provisioningState: "Succeeded" } }
  assert.deepEqual(await ask(double, "PATCH", id + version, state), [
    400,
    said("PATCH", "body /properties/provisioningState is not known here"),
  ])
  const metrics = `${id}/providers/Microsoft.Insights/metrics`
  assert.deepEqual(await ask(double, "GET", `${metrics}?api-version=2024-02-01&timespan=PT5M`), [
    400,
    said(
      "GET",
      'query /timespan must match pattern "^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z/\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$"',
      metrics,
    ),
  ])
  const good = { properties: { elasticProfile: { desiredCount: 3 } } }
  assert.equal((await ask(double, "PATCH", id + version, good))[0], 202)
  assert.equal((await ask(double, "PATCH", id + version, good))[0], 409)
  // What the change left out is gone: so the setter may leave nothing out.
  assert.deepEqual(double.set.elasticProfile, { desiredCount: 3 })
})
