import assert from "node:assert/strict"
import { afterEach, beforeEach, describe, test } from "node:test"
import { openContainerGroups } from "../../../app/scaler/azure.ts"
import { CloudError, type Reader } from "../../../app/scaler/cloud.ts"
import { type AzureDouble, sendTo, startAzureDouble } from "../../support/scaler/azure-double.ts"

const provider = "/subscriptions/s1/resourceGroups/shop/providers/Microsoft.ContainerInstance"
const id = `${provider}/NGroups/api`
const gateway = "/subscriptions/s1/resourceGroups/shop/providers/Microsoft.Network/applicationGateways/edge"
const token = "a-token-of-azure"
const rates = { percentPerMinute: 50, afterSeconds: 60 }
const scaling = {
  resource: id,
  requestsFrom: gateway,
  min: 2,
  max: 10,
  signals: { cpuPercent: 70, memoryPercent: 80, requestsPerSecond: 100 },
  up: rates,
  down: rates,
}
const quiet = () => new AbortController().signal

/** A time so many whole minutes ago. */
const minutesAgo = (minutes: number) => new Date((Math.floor(Date.now() / 60_000) - minutes) * 60_000).toISOString()

describe("a set of container groups on a double of Azure", () => {
  let double: AzureDouble

  beforeEach(async () => {
    double = await startAzureDouble(id, token)
  })
  afterEach(() => double.close())

  const open = (given = token) =>
    openContainerGroups(scaling, {
      policy: sendTo(double),
      credential: { getToken: async () => ({ token: given, expiresOnTimestamp: Date.now() + 3_600_000 }) },
      pollMs: 5,
    })

  function reader(name: string): Reader {
    const found = open().readers.find((one) => one.name === name)
    assert.ok(found)
    return found
  }

  test("its count is read and set with all else of its profile, and the end of the operation awaited", async () => {
    const naming = { guidNamingPolicy: { prefix: "api-" } }
    double.set.elasticProfile = { desiredCount: 2, maintainDesiredCount: true, containerGroupNamingPolicy: naming }
    const count = await open().readCount(quiet())
    assert.equal(count.value, 2)
    const { done } = await count.set(3, { work: quiet(), life: quiet() })
    await done
    assert.deepEqual(double.violations, [])
    assert.deepEqual(double.set.elasticProfile, {
      desiredCount: 3,
      maintainDesiredCount: true,
      containerGroupNamingPolicy: naming,
    })
    assert.deepEqual(
      double.asked.map(({ method, path }) => [method, path.split("/").slice(-2).join("/")]),
      [
        ["GET", "NGroups/api"],
        ["PATCH", "NGroups/api"],
        ["GET", "operationStatuses/1"],
        ["GET", "operationStatuses/1"],
      ],
    )
    assert.deepEqual(double.asked[1]?.body, { properties: { elasticProfile: double.set.elasticProfile } })
  })

  test("a change while another is under way, and one that fails, say why", async () => {
    const set = open()
    const first = await (await set.readCount(quiet())).set(3, { work: quiet(), life: quiet() })
    await assert.rejects((await set.readCount(quiet())).set(4, { work: quiet(), life: quiet() }), {
      message: `Azure did not change ${id} (409 Conflict): Another operation is in progress`,
    })
    await first.done
    double.failOperations("The region has no more cores")
    const { done } = await (await set.readCount(quiet())).set(5, { work: quiet(), life: quiet() })
    await assert.rejects(done, /The region has no more cores/)
    assert.equal(double.set.elasticProfile.desiredCount, 3)
  })

  test("a refusal is told once, with how long to wait and without the token", async () => {
    const body = { error: { code: "SubscriptionRequestsThrottled", message: "Too many requests" } }
    double.answerNext("GET", { status: 429, headers: { "Retry-After": "17" }, body })
    await assert.rejects(open().readCount(quiet()), (error) => {
      assert.ok(error instanceof CloudError)
      assert.equal(error.message, `Azure did not read ${id} (429 SubscriptionRequestsThrottled): Too many requests`)
      assert.equal(error.retryAfterSeconds, 17)
      assert.equal(JSON.stringify(error, Object.getOwnPropertyNames(error)).includes(token), false)
      return true
    })
    assert.equal(double.asked.length, 1)
    await assert.rejects(open("another").readCount(quiet()), /\(401 Unauthenticated\): no valid bearer token/)
    await assert.rejects(open().readCount(AbortSignal.abort()), /Azure did not read/)
  })

  test("an answer of another shape is refused with where it differs", async () => {
    double.answerNext("GET", { status: 200, body: { properties: { elasticProfile: { desiredCount: "2" } } } })
    await assert.rejects(open().readCount(quiet()), {
      message: `Azure answered ${id} with something else than expected: /properties/elasticProfile/desiredCount must be integer`,
    })
  })

  /** CPU in millicores and memory in MiB of both containers of a group, two minutes ago, and other values before. */
  function use(group: string, cpu: readonly (number | undefined)[], mebibytes: readonly number[]): void {
    const series = (metric: string, values: readonly (number | undefined)[]) =>
      values.map((average, index) => ({
        metric,
        container: ["kong", "app"][index] ?? "",
        points: [
          { timeStamp: minutesAgo(2), ...(average === undefined ? {} : { average }) },
          { timeStamp: minutesAgo(3), ...(average === undefined ? {} : { average: average * 10 }) },
          { timeStamp: minutesAgo(1) },
        ],
      }))
    double.metrics.set(group, [
      ...series("CpuUsage", cpu),
      ...series(
        "MemoryUsage",
        mebibytes.map((value) => value * 2 ** 20),
      ),
    ])
  }

  test("the use of its groups is the average share of what their containers request", async () => {
    double.groups.push(
      { name: "one", orchestratorId: id.toLowerCase() },
      { name: "two", orchestratorId: `${provider}/ngroups/worker` },
      { name: "three", orchestratorId: id },
    )
    // Each group requests 1 core and 2 GiB.
    use("one", [100, 500], [512, 512])
    use("two", [500, 500], [1024, 1024])
    use("three", [200, 200], [256, 256])
    const observation = await reader("utilization").read(quiet())
    assert.deepEqual(double.violations, [])
    assert.deepEqual(observation, {
      cpuPercent: { percent: 50, replicas: 2 },
      memoryPercent: { percent: 37.5, replicas: 2 },
    })
    const queries = double.asked.filter(({ path }) => path.endsWith("metrics")).map(({ query }) => query)
    assert.equal(queries.length, 2)
    const { timespan = "", ...rest } = queries[0] ?? {}
    assert.deepEqual(rest, {
      "api-version": "2024-02-01",
      metricnames: "CpuUsage,MemoryUsage",
      aggregation: "average",
      interval: "PT1M",
      $filter: "containerName eq '*'",
    })
    const [from = "", until = ""] = timespan.split("/")
    assert.equal(Date.parse(until) - Date.parse(from), 300_000)
  })

  test("a group of which a container is silent has not reported, and a set without groups is an error", async () => {
    double.set.elasticProfile.containerGroupNamingPolicy = { guidNamingPolicy: { prefix: "api-" } }
    double.groups.push({ name: "api-1" }, { name: "worker-1" }, { name: "api-2" })
    use("api-1", [100, undefined], [512, 512])
    use("api-2", [350, 350], [512, 512])
    assert.deepEqual(await reader("utilization").read(quiet()), {
      cpuPercent: { percent: 70, replicas: 1 },
      memoryPercent: { percent: 50, replicas: 2 },
    })
    double.metrics.clear()
    assert.deepEqual(await reader("utilization").read(quiet()), {})
    double.groups.length = 1
    double.groups[0] = { name: "worker-1" }
    await assert.rejects(reader("utilization").read(quiet()), {
      message: `None of the 1 container groups beside ${id} belongs to it, by orchestratorId or by the prefix of its naming policy. Give it a prefix of its own.`,
    })
  })

  test("requests a second are the gateway's newest minute, and none when it reports nothing", async () => {
    double.metrics.set("edge", [
      {
        metric: "TotalRequests",
        points: [
          { timeStamp: minutesAgo(3), total: 6000 },
          { timeStamp: minutesAgo(2), total: 9000 },
        ],
      },
    ])
    assert.deepEqual(await reader("requests").read(quiet()), { requestsPerSecond: 150 })
    double.metrics.clear()
    assert.deepEqual(await reader("requests").read(quiet()), { requestsPerSecond: 0 })
    assert.deepEqual(double.violations, [])
    const metric = {
      name: { value: "TotalRequests" },
      errorCode: "InternalError",
      errorMessage: "no data",
      timeseries: [],
    }
    double.answerNext("GET", { status: 200, body: { timespan: "x", value: [metric] } })
    await assert.rejects(reader("requests").read(quiet()), {
      message: `Azure Monitor has no TotalRequests of ${gateway}: InternalError no data`,
    })
  })
})
