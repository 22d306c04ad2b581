import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { bytes, isQuantity, parseQuantity, seconds, vcpus } from "../../../infra/spec/units.ts"

test("a quantity is read in base units", () => {
  assert.equal(bytes("2 GiB"), 2_147_483_648)
  assert.equal(bytes("512 MiB"), 536_870_912)
  assert.equal(seconds("300 seconds"), 300)
  assert.equal(seconds("1 minute"), 60)
  assert.equal(seconds("2 hours"), 7200)
  assert.equal(seconds("30 days"), 2_592_000)
  assert.equal(vcpus("0.5 vCPU"), 0.5)
})

test("the whole text must be a quantity", () => {
  for (const text of [
    "2GiB",
    "2  GiB",
    " 2 GiB",
    "2 GiB ",
    "2 GiB or so",
    "2 GB",
    "GiB",
    "-2 GiB",
    "0 GiB",
    "1e3 MiB",
    "",
    "2 toString",
  ]) {
    assert.equal(isQuantity("memory", text), false, text)
  }
})

test("a unit of another kind is refused with what is allowed", () => {
  assert.throws(() => parseQuantity("memory", "300 seconds"), {
    name: "RangeError",
    message: '"300 seconds" is no memory: write a number above zero, a space and one of MiB, GiB, such as "2 GiB"',
  })
})

test("what is written is what is read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), (count) => {
      assert.equal(bytes(`${count} MiB`), count * 1024 * 1024)
      assert.equal(seconds(`${count} hours`), count * 3600)
    }),
  )
})
