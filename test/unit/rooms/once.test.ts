import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { once } from "../../../app/once.ts"

describe("once", () => {
  it("makes nothing until it is asked, then one value, be it undefined", () => {
    let made = 0
    const value = once(() => {
      made += 1
      return undefined
    })
    assert.equal(made, 0)
    assert.deepEqual([value(), value()], [undefined, undefined])
    assert.equal(made, 1)
  })

  it("makes it anew where the first attempt threw", () => {
    let asked = 0
    const value = once(() => {
      asked += 1
      if (asked === 1) throw new Error("not yet")
      return asked
    })
    assert.throws(value, /not yet/)
    assert.equal(value(), 2)
  })
})
