import assert from "node:assert/strict"
import { test } from "node:test"
import { plot } from "../../support/scaler/plot.ts"
import { shapes } from "../../support/scaler/shapes.ts"
import { drawPlot } from "../../support/scaler/write-plot.ts"

test("the picture has every shape", () => {
  const drawn = drawPlot()
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
