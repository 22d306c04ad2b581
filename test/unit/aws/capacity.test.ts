import assert from "node:assert/strict"
import { test } from "node:test"
import { cacheNodeType, maxConnections } from "../../../infra/targets/aws/capacity.ts"
import { engineVersionOf, scalingOf } from "../../../infra/targets/aws/database.ts"

test("connections are Aurora's table, and a line between its sizes", () => {
  const granted = (max: number, min = 2) => maxConnections({ min, max })
  assert.deepEqual(
    [1, 4, 8, 16, 32, 128].map((units) => granted(units, 1)),
    [189, 823, 1669, 3360, 5000, 5000],
  )
  assert.equal(granted(2), 400)
  assert.equal(granted(12), 2514)
  assert.equal(granted(0.5), 94)
})

test("a minimum of half a unit or less caps them", () => {
  assert.equal(maxConnections({ min: 0.5, max: 16 }), 2000)
  assert.equal(maxConnections({ min: 0, max: 32 }), 2000)
  assert.equal(maxConnections({ min: 0, max: 8 }), 1669)
  assert.equal(maxConnections({ min: 1, max: 16 }), 3360)
})

test("the cache's node has the memory free that ElastiCache does not keep", () => {
  const type = (memory: Parameters<typeof cacheNodeType>[0]["memory"]) => cacheNodeType({ nodes: 2, memory })
  assert.equal(type("256 MiB"), "cache.t4g.micro")
  assert.equal(type("384 MiB"), "cache.t4g.micro")
  assert.equal(type("385 MiB"), "cache.t4g.small")
  assert.equal(type("2 GiB"), "cache.t4g.medium")
  assert.equal(type("64 GiB"), "cache.r7g.4xlarge")
  assert.throws(() => type("128 GiB"), { name: "RangeError", message: "No cache node has 128 GiB free for data" })
})

test("the database pauses only where its minimum is nothing", () => {
  assert.deepEqual(scalingOf({ capacity: { min: 2, max: 8 }, pauseAfter: "300 seconds" }), {
    minCapacity: 2,
    maxCapacity: 8,
  })
  assert.deepEqual(scalingOf({ capacity: { min: 0, max: 8 }, pauseAfter: "300 seconds" }), {
    minCapacity: 0,
    maxCapacity: 8,
    secondsUntilAutoPause: 300,
  })
})

test("a major version without an Aurora one is refused", () => {
  assert.equal(engineVersionOf({ version: 17 }), "17.7")
  assert.throws(() => engineVersionOf({ version: 9 }), /PostgreSQL 9 has no Aurora version here: 17/)
})
