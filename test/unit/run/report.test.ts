import assert from "node:assert/strict"
import { test } from "node:test"
import { coverageOf, isOnlyTypes } from "../../support/run/coverage.ts"
import type { Outcome } from "../../support/run/outcome.ts"
import { failureLines, lastLine, skipLines, tally, weakestLines } from "../../support/run/report.ts"

const outcomes: Outcome[] = [
  { file: "a", name: "one", result: "passed" },
  { file: "a", name: "two", result: "failed", message: "first\n\n    at Test.run (node:internal/x:1:2)\nsecond" },
  { file: "b", name: "three", result: "skipped", message: "no redis-server" },
  { file: "c", name: "four", result: "skipped", message: "no docker" },
  { file: "c", name: "five", result: "skipped", message: "no redis-server" },
]

test("the last line counts, and is there when there is nothing to count", () => {
  assert.equal(lastLine(outcomes), "1 passed, 1 failed, 3 skipped")
  assert.equal(lastLine([]), "0 passed, 0 failed, 0 skipped")
  assert.equal(tally(outcomes), "1 passed, 1 failed, 3 skipped")
  assert.equal(tally(outcomes.slice(0, 1)), "1 passed")
})

test("a file of types has nothing to cover", () => {
  const types = '/** Says "why". */\nimport type { A } from "./a.ts"\n\nexport interface B {\n  a: A // an a\n}\n'
  assert.equal(isOnlyTypes(types), true)
  assert.equal(isOnlyTypes(`${types}export type C = B\n`), true)
  assert.equal(isOnlyTypes(`${types}export const c = 1\n`), false)
  assert.equal(isOnlyTypes(`${types}import "./b.ts"\n`), false)
})

test("failures show file, name and message; skips are told by reason", () => {
  assert.deepEqual(failureLines(outcomes), ["  a: two", "      first", "", "      second", ""])
  assert.deepEqual(skipLines(outcomes), [
    "  no docker",
    "      c: four",
    "  no redis-server",
    "      b: three",
    "      c: five",
  ])
})

test("coverage is of all lines together, and the weakest file is the one with most lines not covered", () => {
  const lines = (total: number, covered: number) => ({ lines: { total, covered } })
  const summary = {
    total: lines(1, 1),
    "/r/app/small.ts": lines(10, 0),
    "/r/app/full.ts": lines(90, 90),
    "/r/app/types.ts": lines(500, 0),
    "/r/infra/large.ts": lines(100, 75),
  }
  const coverage = coverageOf("/r", summary, new Set(["/r/app/types.ts"]))
  assert.equal(coverage.percent, 82.5)
  assert.deepEqual(weakestLines(coverage, 5), [
    "  75 %    25 lines not covered  infra/large.ts",
    "   0 %    10 lines not covered  app/small.ts",
  ])
  assert.deepEqual(weakestLines(coverage, 1), ["  75 %    25 lines not covered  infra/large.ts"])
  assert.equal(coverageOf("/r", {}, new Set()).percent, 0)
})
