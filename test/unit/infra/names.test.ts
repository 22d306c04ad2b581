import assert from "node:assert/strict"
import { test } from "node:test"
import { ownershipTags, physicalName } from "../../../infra/spec/names.ts"

const parts = { project: "atlas", stack: "production", generation: 1 }

test("a name says whose it is, and is the same every time", () => {
  assert.equal(physicalName(parts, "database", 63), "atlas-production-database")
  assert.equal(physicalName({ ...parts, generation: 2 }, "database", 63), "atlas-production-g2-database")
  assert.equal(physicalName({ ...parts, stack: "My Stack" }, "", 63), "atlas-my-stack")
})

test("a name that is too long is cut, and stays apart from its like", () => {
  const one = physicalName(parts, "cache-of-results", 24)
  const other = physicalName(parts, "cache-of-resultz", 24)
  assert.equal(one.length, 24)
  assert.match(one, /^atlas-production[a-z0-9-]*-[a-z0-9]{7}$/)
  assert.notEqual(one, other)
})

test("tags say who owns a resource", () => {
  assert.deepEqual(ownershipTags(parts, "production"), {
    project: "atlas",
    stack: "production",
    environment: "production",
    "managed-by": "pulumi",
  })
})
