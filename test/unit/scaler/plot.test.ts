import assert from "node:assert/strict"
import { test } from "node:test"
import { readText } from "../../support/repository.ts"
import { plot } from "../../support/scaler/plot.ts"
import { shapes } from "../../support/scaler/shapes.ts"
import { drawPlot, plotPath } from "../../support/scaler/write-plot.ts"

test("the picture in the docs is the one that the shapes give", () => {
  const drawn = drawPlot()
  assert.equal(readText(plotPath) === drawn, true, `${plotPath} is stale: run node test/support/scaler/write-plot.ts`)
  for (const { title } of shapes) assert.ok(drawn.includes(`>${title}<`), title)
})

test("a line turns where its count changes, and nowhere else", () => {
  const [shape] = shapes
  assert.ok(shape)
  const step = (seconds: number, count: number) => ({ seconds, load: 1, count })
  const scaler = [step(0, 1), step(900, 1), step(1800, 2), step(3600, 2)]
  const drawn = plot([{ shape: { ...shape, minutes: 60 }, scaler, hpa: scaler }])
  // The panel is 360 by 132 from (46, 34); the most is one above the least, 3.
  const [line] = /(?<=class="scaler" points=")[^"]+/.exec(drawn) ?? []
  assert.equal(line, "46,122 46,122 226,122 226,78 406,78 406,78")
})
