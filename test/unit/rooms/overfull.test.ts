import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { ProblemError } from "../../../app/problem.ts"
import { checkRequest } from "../../../app/results/request.ts"

/** The field errors of a body. */
function errorsOf(body: object) {
  try {
    checkRequest(body)
  } catch (error) {
    if (error instanceof ProblemError) return error.errors
    throw error
  }
  return []
}

/** Members that nobody may look at: to look at 60,000 takes seconds. */
const unread = <T>(count: number, into: T & object): T => {
  for (let i = 0; i < count; i++)
    Object.defineProperty(into, `${i}`, {
      enumerable: true,
      get: () => assert.fail("a member was looked at"),
    })
  return into
}

describe("a body that holds more than it may", () => {
  const budget = { tv: 1 }
  const cases: [string, object, string][] = [
    ["/budget", { budget: unread(1001, {}) }, "1000 properties"],
    ["/curves", { budget, curves: unread(1001, {}) }, "1000 properties"],
    ["/models", { budget, models: unread(1001, {}) }, "1000 properties"],
    ["/constraints/channels", { budget, constraints: { channels: unread(1001, {}) } }, "1000 properties"],
    ["/constraints/groups", { budget, constraints: { groups: unread(501, []) } }, "500 items"],
    ["/constraints/linear", { budget, constraints: { linear: unread(501, []) } }, "500 items"],
  ]
  for (const [path, body, most] of cases)
    it(`is refused for ${path} by the count alone`, () => {
      assert.deepEqual(errorsOf(body), [{ path, message: `must not have more than ${most}` }])
    })

  it("is told of fifty errors, and no list of all is made", () => {
    const channels = Array.from({ length: 800 }, (_, i) => `c${i}`)
    const groups = Array.from({ length: 400 }, (_, i) => ({ name: `g${i}`, channels, max: 1 }))
    const errors = errorsOf({ budget, constraints: { groups } })
    assert.equal(errors.length, 50)
    assert.deepEqual(errors[49], {
      path: "/constraints/groups/0/channels/49",
      message: 'names "c49", which is no channel of /budget',
    })
  })
})
