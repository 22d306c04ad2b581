import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { judge } from "../../bench/goals.ts"
import { renderPage } from "../../bench/page.ts"
import { stacks } from "../../bench/plan.ts"
import { shapeOf } from "../../bench/table.ts"
import { readText } from "../../support/repository.ts"
import { sample, withoutImage, withoutPeers } from "./sample.ts"

describe("docs/benchmarks.md", () => {
  test("has the shape that the generator makes", () => {
    const page = readText("docs/benchmarks.md")
    const peers = page.includes("there is no Python") ? withoutPeers(sample) : sample
    const whole = /^## Image\n\nNot measured: /m.test(page) ? withoutImage(peers) : peers
    assert.deepEqual(shapeOf(page), shapeOf(renderPage(whole)))
  })
})

describe("goals", () => {
  const outcomes = (results: typeof sample) => judge(results).map(({ outcome }) => outcome)

  test("are met by the sample", () => {
    assert.deepEqual([...new Set(outcomes(sample))], ["met"])
    assert.equal(judge(sample).length, 17 + stacks.length)
  })

  test("are missed by what is slower, with the gap", () => {
    const slow = structuredClone(sample) as ReturnType<typeof loose>
    for (const cell of slow.solve)
      for (const method of cell.methods) {
        if (method.time) method.time.median *= 1e4
        if (method.ratio) method.ratio.median /= 2
      }
    for (const one of slow.http.throughput) if (one.ratio) one.ratio.median /= 10
    for (const one of slow.http.steady) one.p99 *= 10
    slow.http.memory = { idle: 200, steady: 1024, full: 2048 }
    slow.image = { layer: { bytes: 20e6, compressed: 7e6 }, ready: same(600), counted: same(115), resident: same(130) }
    if (slow.http.loop) slow.http.loop.delayP99 = 30
    for (const one of slow.plan) one.seconds.median = 3
    assert.ok(outcomes(slow).every((outcome) => outcome.startsWith("missed: ")))
    assert.equal(outcomes(slow)[0], "missed: 3,000 of 5,000, a factor of 1.67")
    assert.equal(outcomes(slow).at(-1), "missed: 3 where 2 are allowed, 1.5 times as much")
  })

  test("a worse response or an open gap is no answer, however fast", () => {
    const wrong = structuredClone(sample) as ReturnType<typeof loose>
    for (const cell of wrong.solve)
      for (const method of cell.methods) {
        if (method.name === "kkt" && method.gap) method.gap.max = 1e-3
        if (method.name === "bnb") method.certified = 2e-6
      }
    assert.deepEqual(outcomes(wrong).slice(0, 4), [
      "missed: SLSQP's response is better",
      ...Array(3).fill("missed: not all are certified"),
    ])
  })

  test("without Python all that needs no peer is judged, and the rest says so", () => {
    const said = outcomes(withoutPeers(sample))
    assert.deepEqual(
      said.filter((outcome) => outcome !== "met"),
      Array(3).fill("not measured: there is no Python"),
    )
    const page = renderPage(withoutPeers(sample))
    assert.ok(page.includes("not measured: none.") && !page.includes("| SLSQP |") && !page.includes("| FastAPI"))
  })

  test("what was not measured is said with its reason", () => {
    const bare = {
      ...sample,
      python: { missing: "none" },
      solve: [],
      http: { missing: "why", cores: "", throughput: [], steady: [] },
    }
    const said = outcomes(withoutImage(bare)).slice(0, 17)
    assert.ok(
      said.every((outcome) => outcome.startsWith("not measured: ")),
      said.join("\n"),
    )
  })
})

const same = (value: number) => ({ median: value, min: value, max: value })

/** The results with all that a test changes open to change. */
function loose(results: typeof sample) {
  type Open<T> = { -readonly [K in keyof T]: Open<T[K]> }
  return results as Open<typeof sample>
}
