import assert from "node:assert/strict"
import { test } from "node:test"
import { judge, limitsOf, windowStart } from "../../../infra/targets/local/gateway/windows.ts"

const at = (text: string) => Date.parse(text)

test("windows begin on the UTC clock, whenever the first request comes", () => {
  const now = at("2026-03-04T05:06:07.890Z")
  assert.equal(windowStart("second", now), at("2026-03-04T05:06:07Z"))
  assert.equal(windowStart("minute", now), at("2026-03-04T05:06:00Z"))
  assert.equal(windowStart("hour", now), at("2026-03-04T05:00:00Z"))
  assert.equal(windowStart("day", now), at("2026-03-04T00:00:00Z"))
  assert.equal(windowStart("minute", at("2026-03-04T05:07:00Z")), at("2026-03-04T05:07:00Z"))
})

test("the periods that are set, shortest first", () => {
  const settings = { limit_by: "consumer", policy: "local", fault_tolerant: true } as const
  assert.deepEqual(limitsOf({ ...settings, hour: 1000, minute: 60 }), [
    { period: "minute", limit: 60 },
    { period: "hour", limit: 1000 },
  ])
})

test("the first request of a minute leaves 59, and the minute is the tightest window", () => {
  const usages = [
    { period: "minute", limit: 60, used: 0 },
    { period: "hour", limit: 1000, used: 10 },
  ] as const
  assert.deepEqual(judge(usages, at("2026-03-04T05:06:07.890Z")), {
    exceeded: false,
    headers: {
      "X-RateLimit-Limit-Minute": "60",
      "X-RateLimit-Remaining-Minute": "59",
      "X-RateLimit-Limit-Hour": "1000",
      "X-RateLimit-Remaining-Hour": "989",
      "RateLimit-Limit": "60",
      "RateLimit-Remaining": "59",
      "RateLimit-Reset": "53",
    },
  })
})

test("the request after the last is told when the window ends, and takes nothing from the hour", () => {
  const usages = [
    { period: "minute", limit: 60, used: 60 },
    { period: "hour", limit: 1000, used: 70 },
  ] as const
  assert.deepEqual(judge(usages, at("2026-03-04T05:06:59.999Z")), {
    exceeded: true,
    headers: {
      "X-RateLimit-Limit-Minute": "60",
      "X-RateLimit-Remaining-Minute": "0",
      "X-RateLimit-Limit-Hour": "1000",
      "X-RateLimit-Remaining-Hour": "930",
      "RateLimit-Limit": "60",
      "RateLimit-Remaining": "0",
      "RateLimit-Reset": "1",
      "Retry-After": "1",
    },
  })
})

test("of two windows with equally few left the longer is told", () => {
  const usages = [
    { period: "minute", limit: 60, used: 60 },
    { period: "hour", limit: 1000, used: 1000 },
  ] as const
  const { headers } = judge(usages, at("2026-03-04T05:30:00Z"))
  assert.equal(headers["RateLimit-Limit"], "1000")
  assert.equal(headers["Retry-After"], "1800")
})

test("the last request that fits still passes", () => {
  const verdict = judge([{ period: "hour", limit: 1000, used: 999 }], at("2026-03-04T05:00:00Z"))
  assert.equal(verdict.exceeded, false)
  assert.equal(verdict.headers["RateLimit-Remaining"], "0")
  assert.equal(verdict.headers["RateLimit-Reset"], "3600")
  assert.equal(verdict.headers["Retry-After"], undefined)
})
