import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { parseLoopDelay } from "../../bench/loop-delay.ts"
import { coresOf } from "../../bench/process.ts"
import { percentile, ratios, summarize } from "../../bench/statistics.ts"
import { number, range, shapeOf, share, table } from "../../bench/table.ts"

describe("statistics of the benchmark", () => {
  test("percentiles lie between neighbors, whatever the order", () => {
    assert.equal(percentile([40, 10, 30, 20], 50), 25)
    assert.equal(percentile([3, 1, 2], 50), 2)
    assert.equal(percentile([7], 99), 7)
    const hundred = Array.from({ length: 101 }, (_, k) => 100 - k)
    assert.deepEqual(
      [0, 50, 99, 100].map((percent) => percentile(hundred, percent)),
      [0, 50, 99, 100],
    )
  })

  test("numbers are sorted as numbers", () => {
    assert.equal(percentile([10, 9, 100], 50), 10)
  })

  test("nothing has no percentile, and no percent lies beyond 100", () => {
    assert.throws(() => percentile([], 50), /no values: measure at least once/)
    assert.throws(() => percentile([1], 101), /percent is 101: it must be from 0 to 100/)
    assert.throws(() => percentile([1], Number.NaN), /percent is NaN/)
  })

  test("a summary has both ends", () => {
    assert.deepEqual(summarize([4, 1, 3]), { median: 3, min: 1, max: 4 })
  })

  test("ratios are taken pair by pair", () => {
    assert.deepEqual(ratios([10, 30], [2, 3, 9]), [5, 10])
    assert.throws(() => ratios([1, 2], [1]), /2 measurements have only 1/)
  })
})

describe("what the system says", () => {
  test("cores are read as taskset lists them", () => {
    assert.deepEqual(coresOf("0-2,7"), [0, 1, 2, 7])
    assert.deepEqual(coresOf("3"), [3])
  })

  test("the loop's delay is read from the metrics, in milliseconds", () => {
    const metrics = "# HELP x y\nnodejs_eventloop_lag_p90_seconds 0.5\nnodejs_eventloop_lag_p99_seconds 0.0125\n"
    assert.equal(parseLoopDelay(metrics), 12.5)
    assert.throws(() => parseLoopDelay("nodejs_eventloop_lag_p90_seconds 0.5\n"), /has no nodejs_eventloop_lag_p99/)
  })
})

describe("tables of the benchmark", () => {
  test("numbers have three digits", () => {
    const shown = [0, 0.00321, 0.0000123, 4.5678, 12.34, 123.4, 21760.9].map(number)
    assert.deepEqual(shown, ["0", "0.00321", "1.2e-5", "4.57", "12.3", "123", "21,761"])
    assert.equal(range({ median: 2, min: 1, max: 3.456 }, " ×"), "2 × (1 to 3.46)")
    assert.equal(range(undefined), "–")
    assert.deepEqual([share(2.2e-16), share(-0.0123)], ["0", "-1.2e-2"])
  })

  test("the shape of a page is all but what was measured", () => {
    const page = `# A\n\ntext 5\n\n${table(["goal", "seen"], [["fast", "5"]])}\n\n## B\n`
    assert.equal(page.includes("| goal | seen |\n| --- | --- |\n| fast | 5 |"), true)
    assert.deepEqual(shapeOf(page), ["# A", "| goal | seen |", "fast", "## B"])
    assert.deepEqual(shapeOf(page.replaceAll("5", "6")), shapeOf(page))
    assert.notDeepEqual(shapeOf(page.replace("fast", "slow")), shapeOf(page))
  })
})
