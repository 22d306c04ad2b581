import assert from "node:assert/strict"
import { test } from "node:test"
import { connectionsNeeded, defaultSpec, poolRange } from "../../../infra/spec/defaults.ts"
import { bytes, seconds, vcpus } from "../../../infra/spec/units.ts"
import { limits } from "../../../infra/targets/local/limits.ts"

const spec = defaultSpec("production")

test("the workloads have the guide's counts and sizes", () => {
  const { api, worker } = spec.workloads
  assert.deepEqual(api.roles, ["optimizer", "models", "results"])
  assert.deepEqual(worker.roles, ["worker"])
  assert.deepEqual(api.replicas, { initial: 3, min: 2, max: 10 })
  assert.deepEqual(worker.replicas, { initial: 1, min: 1, max: 10 })
  assert.equal(vcpus(api.size.request.cpu), 0.5)
  assert.equal(vcpus(api.size.limit.cpu), 1)
  assert.equal(bytes(api.size.request.memory), 2 ** 30)
  assert.equal(bytes(api.size.limit.memory), 2 ** 31)
})

test("the api scales by the guide's signals and rates, the worker by its queue", () => {
  const { api, worker } = spec.workloads
  assert.deepEqual(api.scaling.signals, { cpuPercent: 70, memoryPercent: 80, requestsPerSecond: 100 })
  assert.deepEqual(Object.keys(worker.scaling.signals), ["queuedJobs"])
  for (const { scaling } of [api, worker]) {
    assert.deepEqual([scaling.up.percentPerMinute, seconds(scaling.up.after)], [50, 60])
    assert.deepEqual([scaling.down.percentPerMinute, seconds(scaling.down.after)], [10, 300])
  }
})

test("the database is PostgreSQL 17 with a pool of 20, two to eight units, and 30 days to any moment", () => {
  assert.deepEqual(defaultSpec("production").database, {
    version: 17,
    name: "atlas",
    pool: 20,
    capacity: { min: 2, max: 8 },
    pauseAfter: "300 seconds",
    pointInTime: "30 days",
    deletionProtection: true,
  })
  const { capacity, deletionProtection } = defaultSpec("development").database
  assert.deepEqual([capacity.min, deletionProtection], [0, false])
  assert.deepEqual([poolRange.minimum, poolRange.maximum], [2, 200])
})

test("the database grants every process its pool, the gate its own, ten to operators, and to a scaler its pool and its lock", () => {
  assert.equal(connectionsNeeded(20, 2), 70)
  const { scaler } = defaultSpec("production")
  assert.equal(connectionsNeeded(20, 2, scaler), 73)
})

test("every limit of the local target says how, why and where it was decided", () => {
  assert.equal(new Set(limits.map(({ facet }) => facet)).size, limits.length)
  assert.ok(limits.some(({ facet }) => facet === "replicas"))
  for (const { difference, reason, source } of limits) {
    assert.ok(difference.length > 10 && reason.length > 10, difference)
    assert.equal(source, "infra/targets/local")
  }
})
