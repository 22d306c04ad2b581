import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { channelsOf, spendsAt } from "../../../app/optimizer/channels.ts"
import { solve } from "../../../app/optimizer/index.ts"
import { findCrossing } from "../../../app/optimizer/search.ts"
import { problemOf } from "../../bench/problems.ts"

describe("findCrossing", () => {
  it("closes around the root of what is smooth in a dozen steps, however far apart the ends are", () => {
    const cases: [(at: number) => number, number, number, number][] = [
      [(at) => 2 - at * at, 1, 2, Math.SQRT2],
      [(at) => 1 / at - 1e-3, 1e-2, 1e5, 1e3],
      [(at) => Math.exp(-at) - 0.5, 0.1, 3, Math.LN2],
    ]
    for (const [value, low, high, root] of cases) {
      const found = findCrossing(value, low, high, 1)
      assert.ok(found.low <= root * (1 + 1e-12) && found.high >= root * (1 - 1e-12), `${found.low} ${found.high}`)
      assert.ok(found.high - found.low <= 1e-9 * root)
      assert.ok(found.atLow >= 0 && found.atHigh <= 2e-16)
      assert.ok(found.steps <= 14, `${found.steps} steps to ${root}`)
    }
  })

  it("narrows a jump down to neighbors, and takes values that are infinite", () => {
    const at = 0.7
    const jump = findCrossing((x) => (x < at ? 1 : -1), 1e-3, 1e3, 1)
    assert.ok(jump.low < at && jump.high >= at)
    assert.ok(jump.high - jump.low <= 2 * Number.EPSILON * at, `${jump.high - jump.low}`)
    assert.deepEqual([jump.atLow, jump.atHigh], [1, -1])
    const steep = findCrossing((x) => (x === 0 ? Infinity : 1 / x - 2), 0, 1e6, 1)
    assert.ok(Math.abs(steep.high - 0.5) <= 1e-9, `${steep.high}`)
  })

  it("finds the common marginal of many channels in few steps, for whatever total", () => {
    const problem = problemOf({ channels: 100, shape: "concave", seed: 5 })
    const channels = channelsOf(problem.channels)
    const most = problem.channels.reduce((sum, { max }) => sum + max, 0)
    for (const share of [0.001, 0.1, 0.3, 0.7, 0.999]) {
      const amount = share * most
      const solution = solve({ ...problem, total: { amount, spend: "exactly" } })
      assert.ok(solution.status === "optimal" && solution.gap <= 1e-12)
      assert.ok(solution.iterations <= 14, `${solution.iterations} steps at ${share}`)
      const spends = new Float64Array(100)
      assert.ok(Math.abs(spendsAt(channels, solution.totalShadowPrice, spends) / amount - 1) <= 1e-8)
    }
  })
})
