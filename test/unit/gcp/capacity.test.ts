import assert from "node:assert/strict"
import { test } from "node:test"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import type { Environment, StackSpec } from "../../../infra/spec/stack-spec.ts"
import {
  cacheSize,
  connectionsAt,
  connectionsOf,
  databaseVersion,
  machineOf,
} from "../../../infra/targets/gcp/capacity.ts"
import { pointInTimeDays, privateName } from "../../../infra/targets/gcp/database.ts"
import { provenBy, tokenOf } from "../../../infra/targets/gcp/gate.ts"
import { logFilter } from "../../../infra/targets/gcp/logs.ts"
import { planRanges } from "../../../infra/targets/gcp/ranges.ts"

const withDatabase = (environment: Environment, change: Partial<StackSpec["database"]>): StackSpec => {
  const spec = defaultSpec(environment)
  return { ...spec, database: { ...spec.database, ...change } }
}

test("connections are Cloud SQL's table", () => {
  const sizes = [3.75, 5.9, 6, 7.5, 14, 15, 16, 30, 60, 120, 384]
  assert.deepEqual(sizes.map(connectionsAt), [100, 100, 200, 400, 400, 500, 500, 600, 800, 1000, 1000])
  assert.equal(connectionsAt(1), 0)
})

test("processes, gate, scaler and operators are counted", () => {
  // 20 × (10 + 10 + the gate) + 10 for operators + 2 of the scaler and 1 for its lock.
  assert.equal(connectionsOf(defaultSpec("production")), 433)
})

test("production has the most units' memory, on an optimized machine", () => {
  const tier = (max: number) => machineOf(withDatabase("production", { capacity: { min: 2, max } })).tier
  assert.deepEqual([4, 8, 8.5, 16, 64, 128].map(tier), [
    "db-perf-optimized-N-2",
    "db-perf-optimized-N-2",
    "db-perf-optimized-N-4",
    "db-perf-optimized-N-4",
    "db-perf-optimized-N-16",
    "db-perf-optimized-N-32",
  ])
  assert.throws(() => tier(200), { name: "RangeError", message: "No machine of Cloud SQL has 400 GiB" })
})

test("elsewhere it has the smallest that grants the connections, within the range", () => {
  const machine = (pool: number, min = 0, max = 8) => {
    const { tier, connections, edition } = machineOf(withDatabase("development", { pool, capacity: { min, max } }))
    return [edition, tier, connections]
  }
  assert.deepEqual(machine(4), ["ENTERPRISE", "db-custom-1-3840", 100])
  assert.deepEqual(machine(5), ["ENTERPRISE", "db-custom-1-6144", 200])
  assert.deepEqual(machine(18), ["ENTERPRISE", "db-custom-2-7680", 400])
  assert.deepEqual(machine(20), ["ENTERPRISE", "db-custom-4-15360", 500])
  assert.deepEqual(machine(4, 4), ["ENTERPRISE", "db-custom-4-15360", 500])
  assert.deepEqual(machine(20, 0, 3), ["ENTERPRISE", "db-custom-1-6144", 200])
  assert.deepEqual(machine(20, 0, 1), ["ENTERPRISE", "db-custom-1-3840", 100])
})

test("the log of transactions is as long as its edition keeps it", () => {
  const days = (environment: Environment, pointInTime: StackSpec["database"]["pointInTime"]) =>
    pointInTimeDays({ pointInTime }, machineOf(defaultSpec(environment)))
  assert.deepEqual([days("production", "30 days"), days("production", "35 days")], [30, 35])
  assert.deepEqual([days("staging", "30 days"), days("development", "3 days")], [7, 3])
})

test("versions are those of Cloud SQL", () => {
  assert.equal(databaseVersion({ version: 17 }), "POSTGRES_17")
  assert.throws(() => databaseVersion({ version: 9 }), /PostgreSQL 9 has no version on Cloud SQL here: 14 to 18/)
})

test("the cache has whole GiB, and more than one replica from 5 GiB on", () => {
  const size = (nodes: number, memory: "256 MiB" | "2.5 GiB" | "301 GiB") => Object.values(cacheSize({ nodes, memory }))
  assert.deepEqual(size(1, "256 MiB"), ["BASIC", 1, 0, "READ_REPLICAS_DISABLED"])
  assert.deepEqual(size(2, "256 MiB"), ["STANDARD_HA", 1, 1, "READ_REPLICAS_DISABLED"])
  assert.deepEqual(size(2, "2.5 GiB"), ["STANDARD_HA", 3, 1, "READ_REPLICAS_DISABLED"])
  assert.deepEqual(size(3, "2.5 GiB"), ["STANDARD_HA", 5, 2, "READ_REPLICAS_ENABLED"])
  for (const [nodes, memory] of [
    [0, "256 MiB"],
    [7, "256 MiB"],
    [2, "301 GiB"],
  ] as const) {
    assert.throws(() => size(nodes, memory), RangeError)
  }
})

test("the network is halved, where its halves have room", () => {
  assert.deepEqual(planRanges("10.0.0.0/16", 22), { workloads: "10.0.0.0/17", data: "10.0.128.0/17" })
  assert.deepEqual(planRanges("10.4.0.0/22", 128), { workloads: "10.4.0.0/23", data: "10.4.2.0/23" })
  assert.throws(() => planRanges("10.4.0.0/22", 129), /10.4.0.0\/22 is too small: 129 instances need 516 addresses/)
  assert.throws(() => planRanges("10.4.0.0/23", 1), /its halves would be \/24, and the database needs a \/23/)
})

test("the database is known by a name that its certificate has, the network's before others", () => {
  const name = (connectionType: string, name: string, dnsScope = "INSTANCE") => ({ connectionType, dnsScope, name })
  const own = name("PRIVATE_SERVICES_ACCESS", "a.b.europe-west3.sql.goog.")
  assert.equal(privateName([name("PUBLIC", "p."), own]), "a.b.europe-west3.sql.goog")
  assert.equal(privateName([name("PUBLIC", "p.")]), "p")
  assert.throws(
    () => privateName([{ ...own, dnsScope: "CLUSTER" }]),
    /its certificate cannot be checked; it has a\.b\.europe-west3\.sql\.goog\. \(PRIVATE_SERVICES_ACCESS, CLUSTER\)/,
  )
  assert.throws(() => privateName([]), /it has none/)
})

test("a gate's execution is named by all that it proves", () => {
  const containers = [{ image: "a@sha256:1", envs: [{ name: "DATABASE_URL", version: "1" }] }]
  const token = tokenOf(containers)
  assert.match(token, /^[0-9a-f]{12}$/)
  assert.equal(tokenOf(structuredClone(containers)), token)
  assert.notEqual(tokenOf([{ ...containers[0], image: "a@sha256:2" }]), token)
  assert.notEqual(tokenOf([{ ...containers[0], envs: [{ name: "DATABASE_URL", version: "2" }] }]), token)
})

test("nothing is proven but by a job that says that it has passed", () => {
  const ready = (state: string) => [
    { type: "Other", state: "CONDITION_SUCCEEDED" },
    { type: "Ready", state },
  ]
  assert.equal(provenBy(ready("CONDITION_SUCCEEDED"), "abc"), "abc")
  for (const state of ["CONDITION_FAILED", "CONDITION_RECONCILING", "STATE_UNSPECIFIED"]) {
    assert.throws(() => provenBy(ready(state), "abc"), new RegExp(`The gate abc has not passed \\(${state}\\)`))
  }
  assert.throws(() => provenBy([], "abc"), /\(it says nothing\)/)
})

test("the stack's log is of what it runs, and of its database", () => {
  assert.equal(
    logFilter(["api", "gate"], "db", "p"),
    'resource.labels.service_name=("api" OR "gate") OR resource.labels.worker_pool_name=("api" OR "gate") OR ' +
      'resource.labels.job_name=("api" OR "gate") OR resource.labels.database_id="p:db"',
  )
})
