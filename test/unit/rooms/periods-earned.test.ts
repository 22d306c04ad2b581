import assert from "node:assert/strict"
import { test } from "node:test"
import { exposuresOf } from "../../../app/optimizer/periods/exposures.ts"
import { earned, heldToday, marginalOf } from "../../../app/results/periods-earned.ts"
import { hill } from "../optimizer/periods.ts"

test("a spend's marginal return is what one unit more adds, over all periods in which it works", () => {
  const problem = {
    seasonality: [1, 1.5, 0.8, 1],
    afterHorizon: "ignored" as const,
    channels: [{ name: "tv", curve: hill(100, 20, 1.5, 0.5), today: 15 }],
  }
  const exposures = exposuresOf(problem)
  const spends = heldToday(problem)
  const [step, value] = [1e-4, 3]
  for (const column of spends.keys()) {
    const at = (change: number) => earned(exposures, spends.with(column, (spends[column] ?? 0) + change))
    const slope = (value * (at(step) - at(-step))) / (2 * step)
    const marginal = marginalOf(column, { exposures, spends, value })
    assert.ok(Math.abs(marginal - slope) < 1e-6 * slope, `period ${column + 1}: ${marginal}, ${slope}`)
  }
})
