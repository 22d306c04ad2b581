import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { describe, type TestContext, test } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { openContainerGroups } from "../../../app/scaler/azure.ts"
import type { AzureOptions } from "../../../app/scaler/azure-client.ts"
import type { ScaledWorkload } from "../../../app/scaler/cloud.ts"
import { openWorkerPool } from "../../../app/scaler/google.ts"
import { sendTo } from "../../support/scaler/azure-double.ts"

/** Where a server stops answering: at once, or with half of its answer sent. */
const places = ["before its answer", "within its answer"] as const

const rates = { percentPerMinute: 50, afterSeconds: 60 }
const like = { min: 1, max: 10, signals: { queuedJobs: 10 }, up: rates, down: rates }
const pool = "projects/shop/locations/europe-west1/workerPools/worker"
const set = "/subscriptions/s1/resourceGroups/shop/providers/Microsoft.ContainerInstance/NGroups/worker"
const token = "a-token"

/** A server that answers a GET, until it is told to hang. */
async function startHanging(t: TestContext, place: (typeof places)[number], body: object) {
  let hangs = false
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    request.resume()
    if (!hangs) return response.end(JSON.stringify(body))
    if (place === "within its answer") response.write(JSON.stringify(body).slice(0, 5))
    return undefined
  }
  const server: Server = createServer((request, response) => {
    response.setHeader("Content-Type", "application/json")
    answer(request, response)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port")
  return {
    url: `http://127.0.0.1:${address.port}`,
    hang() {
      hangs = true
    },
  }
}

const clouds: Record<string, { body: object; open(url: string): ScaledWorkload }> = {
  "Cloud Run": {
    body: { name: pool, etag: "1", scaling: { manualInstanceCount: 1 } },
    open: (url) => openWorkerPool({ ...like, resource: pool }, { rootUrl: `${url}/`, accessToken: token }),
  },
  Azure: {
    body: { properties: { elasticProfile: { desiredCount: 1 } } },
    open: (url) => {
      const credential: AzureOptions["credential"] = {
        getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }),
      }
      return openContainerGroups({ ...like, resource: set }, { policy: sendTo({ url }), credential })
    },
  },
}

/** A round that is given up must not take the process with it: an SDK may leave a stream behind that breaks alone. */
describe("a request that is given up", { timeout: 60_000 }, () => {
  for (const [cloud, { body, open }] of Object.entries(clouds)) {
    for (const place of places) {
      test(`to ${cloud}, which hangs ${place}, is an error and no more`, async (t) => {
        const server = await startHanging(t, place, body)
        const workload = open(server.url)
        const count = await workload.readCount(AbortSignal.timeout(10_000))
        server.hang()
        await assert.rejects(workload.readCount(AbortSignal.timeout(100)), /did not read/)
        const given = { work: AbortSignal.timeout(100), life: new AbortController().signal }
        await assert.rejects(count.set(2, given), /did not (set|change)/)
        const over = { work: AbortSignal.abort(), life: new AbortController().signal }
        await assert.rejects(count.set(2, over), /did not (set|change)/)
        // What breaks alone breaks after the answer.
        await delay(100)
      })
    }
  }
})
