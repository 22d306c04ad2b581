import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { matchRoute, normalizePath } from "../../../infra/gateway/paths.ts"

const spellings: [string, string | undefined][] = [
  ["/", "/"],
  ["/api/v1/models", "/api/v1/models"],
  ["/api/", "/api/"],
  ["//api///v1", "/api/v1"],
  ["/static/../metrics", "/metrics"],
  ["/static/%2e%2E/metrics", "/metrics"],
  ["/static/..%2fmetrics", "/static/..%2Fmetrics"],
  ["/static/..\\metrics", "/static/..%5Cmetrics"],
  ["/api/./v1/.", "/api/v1/"],
  ["/api/..", "/"],
  ["/../..", "/"],
  ["/%61pi/%7Eme", "/api/~me"],
  ["/%252e%252e/metrics", "/%252e%252e/metrics"],
  ["/a b\u00e9#?", "/a%20b%E9%23%3F"],
  ["/api/%", undefined],
  ["/api/%zz", undefined],
  ["*", undefined],
  ["", undefined],
]

for (const [written, one] of spellings) {
  test(`"${written}" is looked up as ${one}`, () => assert.equal(normalizePath(written), one))
}

test("a normalized path is its own only spelling, and no URL parser changes it", () => {
  const segment = fc.oneof(
    fc.constantFrom("", ".", "..", "%2e", "%2E%2e", "%2f", "%5c", "\\", ";", "..;", "api", "static", "metrics"),
    fc.string({ unit: fc.integer({ min: 33, max: 255 }).map((code) => String.fromCharCode(code)) }),
  )
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
      const path = normalizePath(`/${segments.join("/")}`)
      if (path === undefined) return
      assert.equal(normalizePath(path), path)
      assert.equal(new URL(path, "http://upstream").pathname, path)
      assert.doesNotMatch(path, /\/\.{1,2}(\/|$)|\/\//)
    }),
    { numRuns: 2000 },
  )
})

test("an exact path comes before a prefix, a longer prefix before a shorter", () => {
  const routes = [{ paths: ["/"] }, { paths: ["/api/v1"] }, { paths: ["/api"] }, { paths: ["~/$"] }]
  assert.equal(matchRoute(routes, "/"), routes[3])
  assert.equal(matchRoute(routes, "/api/v1/models"), routes[1])
  assert.equal(matchRoute(routes, "/apiary"), routes[2])
  assert.equal(matchRoute(routes, "/x"), routes[0])
  assert.equal(matchRoute(routes.slice(1), "/x"), undefined)
})
