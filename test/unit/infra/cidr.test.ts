import assert from "node:assert/strict"
import { test } from "node:test"
import { cidrOf, isCidr, overlaps, rangeOf, sizeOf } from "../../../infra/spec/cidr.ts"

test("a range is four bytes, a prefix, and nothing beyond it", () => {
  for (const good of ["0.0.0.0/0", "10.0.0.0/16", "203.0.113.7/32"]) assert.ok(isCidr(good), good)
  for (const bad of ["10.0.0.0", "10.0.0.1/16", "10.0.256.0/24", "10.0.0.0/33", "10.0.0/16", "::/0", "all", ""]) {
    assert.ok(!isCidr(bad), bad)
  }
  assert.throws(
    () => overlaps("10.0.0.0/16", "everything"),
    /"everything" is no IPv4 range: write it such as 10.0.0.0\/16/,
  )
})

test("ranges overlap where one holds the other, not where they touch", () => {
  assert.ok(overlaps("10.0.0.0/8", "10.9.0.0/16"))
  assert.ok(overlaps("10.9.0.0/16", "10.0.0.0/8"))
  assert.ok(!overlaps("10.0.0.0/16", "10.1.0.0/16"))
})

test("a range is cut into parts by arithmetic", () => {
  const { first, size, prefix } = rangeOf("10.0.0.0/16")
  assert.deepEqual([size, prefix], [65_536, 16])
  assert.equal(cidrOf(first + 3 * sizeOf(24), 24), "10.0.3.0/24")
})
