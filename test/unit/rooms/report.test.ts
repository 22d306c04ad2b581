import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { solve } from "../../../app/optimizer/index.ts"
import type { Curve } from "../../../app/optimizer/schema.ts"
import { answerOf } from "../../../app/results/answer.ts"
import { prepare } from "../../../app/results/problem.ts"
import { readReport } from "../../../app/results/read-report.ts"
import { reportCsv, reportOf } from "../../../app/results/report.ts"
import type { Report } from "../../../app/results/report-schema.ts"
import { reportTask, type ToReport } from "../../../app/results/report-task.ts"
import { checkRequest } from "../../../app/results/request.ts"
import type { Answer } from "../../../app/results/schema.ts"

const circumstances = {
  id: "0190a5b0-0000-7000-8000-000000000001",
  createdAt: "2026-01-01T00:00:00.000Z",
  stored: true,
  cached: false,
  timeMs: 1,
}

function report(body: object, points?: number, stopped?: Answer["stopped"]) {
  const request = checkRequest(body)
  const prepared = prepare(request, [], [])
  const found = answerOf(request, prepared, solve(prepared.problem), circumstances)
  const answer: Answer = stopped === undefined ? found : { ...found, status: "feasible", stopped }
  const curves = Object.entries(request.curves ?? {})
  return reportOf({ ...answer, request }, new Map(curves.map(([name, curve]) => [name, { curve, unit: null }])), points)
}

const near = (actual: number | null | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${actual}`)

const mm: Curve = { type: "michaelis-menten", scale: 100, halfSaturation: 100 }
const line = (slope: number): Curve => ({ type: "linear", slope })

describe("a report", () => {
  it("says what changes, by hand-computed numbers", () => {
    // Equal curves share the total equally: 50 each, response 100/3, marginal 10⁴/150² = 4/9
    const { channels, totals, goal, id } = report({ budget: { z: 100, a: 0 }, curves: { z: mm, a: mm } })
    assert.equal(id, circumstances.id)
    assert.equal(goal, "response")
    const [z, a] = channels
    assert.ok(z !== undefined && a !== undefined)
    near(z.spend.change, -50)
    near(z.spend.relative, -0.5)
    near(z.share.today, 1)
    near(z.share.optimal, 0.5)
    near(z.response.change, 100 / 3 - 50)
    near(z.roi.today, 0.5)
    near(z.roi.optimal, 2 / 3)
    near(z.marginalRoi.today, 1e4 / 200 ** 2)
    near(z.marginalRoi.optimal, 4 / 9)
    assert.equal(a.spend.relative, null)
    assert.equal(a.roi.today, null)
    near(a.marginalRoi.today, 1)
    near(totals.lift.relative, 1 / 3)
  })

  it("counts returns in value, and shares of what is then spent", () => {
    // Profit at 4 a response is largest where 4 · 10⁴ / (100 + x)² = 1: 100 in each of two channels
    const { channels } = report({
      budget: { z: 60, a: 20 },
      curves: { z: mm, a: mm },
      objective: { goal: "profit", valuePerResponse: 4 },
    })
    const [z] = channels
    near(z?.spend.optimal, 100)
    near(z?.share.today, 0.75)
    near(z?.share.optimal, 0.5)
    near(z?.marginalRoi.today, (4 * 1e4) / 160 ** 2)
    near(z?.marginalRoi.optimal, 1)
    near(z?.roi.today, (4 * 100) / 160)
    near(z?.roi.optimal, 2)
  })

  it("holds points of each curve, both markers on it", () => {
    const [z] = report({ budget: { z: 100, a: 0 }, curves: { z: mm, a: mm } }, 4).channels
    assert.ok(z !== undefined)
    assert.deepEqual(
      z.curve.points.map(({ spend }) => spend),
      [0, 50, 100, 150],
    )
    for (const { spend, response } of z.curve.points) near(response, (100 * spend) / (100 + spend))
    assert.deepEqual(z.curve.today, { spend: 100, response: 50 })
    near(z.curve.optimal.response, 100 / 3)
    assert.equal(report({ budget: { z: 1 }, curves: { z: mm } }).channels[0]?.curve.points.length, 40)
    const unused = report({ budget: { z: 0, a: 1 }, curves: { z: line(0), a: line(1) } }, 2).channels[0]
    assert.deepEqual(
      unused?.curve.points.map(({ spend }) => spend),
      [0, 1.5],
    )
  })

  it("explains in sentences", () => {
    const told = report({
      budget: { search: 100, social: 0, tv: 40, radio: 20, print: 10 },
      curves: { search: mm, social: mm, tv: line(2), radio: line(0.1), print: line(0.2) },
      constraints: {
        channels: { tv: { max: 60 }, radio: { min: 5 }, print: { pinned: true } },
        groups: [{ name: "all media", channels: ["tv", "radio"], max: 500 }],
      },
    })
    assert.deepEqual(
      told.channels.map(({ sentence }) => sentence),
      [
        "search goes from 100 to 47.5 (-52.5%): one more unit of spend returns 0.25 today and 0.45964 then.",
        "social goes from 0 to 47.5 (from nothing): one more unit of spend returns 1 today and 0.45964 then.",
        "tv goes from 40 to 60 (+50%), its max: relaxing that by one unit changes the objective by 1.5404.",
        "radio goes from 20 to 5 (-75%), its min: relaxing that by one unit changes the objective by 0.35964.",
        "print stays at 10, where it is pinned.",
      ],
    )
    assert.deepEqual(
      told.constraints.map(({ sentence }) => sentence),
      ["all media stands at 65 and does not bind."],
    )
    assert.deepEqual(told.summary.slice(0, 4), [
      "Sought: the most response.",
      "Spending 170 where 170 is spent today earns 186.91 where 134 is earned: +52.907 (+39.5%).",
      "Most spend is moved to social (+47.5), tv (+20), from search (−52.5), radio (−15).",
      "One more unit of the total, 170, changes the objective by 0.45964.",
    ])
    assert.match(
      told.summary[4] ?? "",
      /^No allocation is better by more than (rounding|a share of \de-\d+): that is certified\.$/,
    )
  })

  it("says why a share is left, where the search did not close it", () => {
    const asked = { budget: { a: 10, b: 10 }, curves: { a: mm, b: mm } }
    assert.equal(report(asked).summary.length, 5)
    assert.match(report(asked, 2, "precision").summary[5] ?? "", /lie too far apart for a smaller share/)
    assert.match(report(asked, 2, "deadline").summary[5] ?? "", /ended by its time limit/)
    assert.match(report(asked, 2, "limit").summary[5] ?? "", /ended by its own limit of steps/)
  })

  it("says what was sought, what binds, and that nothing moves", () => {
    const budget = { a: 10, b: 10 }
    const curves = { a: line(2), b: line(1) }
    const sought = (objective: object, constraints = {}) =>
      report({ budget, curves: { a: mm, b: mm }, objective, constraints }).summary[0]
    assert.equal(sought({ goal: "profit", valuePerResponse: 3 }), "Sought: the most profit, at 3 a response.")
    assert.equal(sought({ goal: "least-spend", response: 7 }), "Sought: the least spend that earns 7.")
    assert.equal(sought({ goal: "roi", target: 0.5 }), "Sought: the most response with a return of at least 0.5.")
    assert.equal(
      sought({ goal: "marginal-roi", target: 0.5 }),
      "Sought: spend in each channel until its next unit returns 0.5.",
    )
    const still = report({
      budget,
      curves,
      constraints: { groups: [{ name: "a", channels: ["a"], max: 10 }] },
    })
    assert.equal(still.summary[2], "Nothing moves: today's allocation is the best there is.")
    assert.match(still.summary[1] ?? "", /earns 30 where 30 is earned: the same\.$/)
    assert.equal(still.channels[0]?.sentence, "a stays at 10: one more unit of spend returns 2.")
    assert.equal(
      still.constraints[0]?.sentence,
      "a binds at its max, 10: relaxing it by one unit changes the objective by 1.",
    )
    const upright = report({ budget: { a: 0, b: 4 }, curves: { a: { type: "power", scale: 1, exponent: 0.5 }, b: mm } })
    assert.match(upright.channels[0]?.sentence ?? "", /returns more than any number today and/)
    assert.equal(upright.channels[0]?.marginalRoi.today, null)
  })

  it("is CSV, one row a channel, in which no name is a formula", () => {
    const csv = reportCsv(report({ budget: { '=1+1,"a"': 100, b: 0 }, curves: { '=1+1,"a"': line(1), b: line(2) } }, 2))
    assert.deepEqual(csv.split("\r\n"), [
      "channel,model,unit,spend_today,spend_optimal,spend_change,spend_change_relative,share_today,share_optimal," +
        "response_today,response_optimal,response_change,roi_today,roi_optimal,marginal_roi_today,marginal_roi_optimal," +
        "bound,shadow_price,sentence",
      `"'=1+1,""a""",inline,,100,0,-100,-1,1,0,100,0,-100,1,,1,1,min,1,` +
        `"'=1+1,""a"" goes from 100 to 0 (-100%), its min: relaxing that by one unit changes the objective by 1."`,
      "b,inline,,0,100,100,,0,1,0,200,200,,2,2,2,,0,b goes from 0 to 100 (from nothing): one more unit of spend returns 2 today and 2 then.",
      "",
    ])
  })
})

describe("reading a report", () => {
  const names = Array.from({ length: 50 }, (_, i) => `c${i}`)
  const request = checkRequest({
    budget: Object.fromEntries(names.map((name) => [name, 10])),
    curves: Object.fromEntries(names.map((name) => [name, mm])),
  })
  const prepared = prepare(request, [], [])
  const answer = answerOf(request, prepared, solve(prepared.problem), circumstances)
  const row = { request: JSON.stringify(request), answer: JSON.stringify(answer), models: [], spends: names.length }
  const database = { query: async <Row>() => [row] as Row[] }

  it("leaves to a thread what has more than 2,000 points", async () => {
    const onThread: ToReport[] = []
    const solver = {
      async report(asked: ToReport) {
        onThread.push(asked)
        return Buffer.from(reportTask(asked))
      },
    }
    const read = (points: number | undefined, format: "json" | "csv" = "json") =>
      readReport({ database, solver }, answer.id, { actor: "a", requestId: "r" }, { points, format })
    const inline = String(await read(undefined))
    assert.deepEqual(onThread, [])
    const more = String(await read(41))
    assert.deepEqual(
      onThread.map(({ points }) => points),
      [41],
    )
    const [few, many]: Report[] = [JSON.parse(inline), JSON.parse(more)]
    assert.deepEqual([few?.channels[0]?.curve.points.length, many?.channels[0]?.curve.points.length], [40, 41])
    assert.deepEqual(many?.totals, few?.totals)
    assert.match(String(await read(41, "csv")), /^channel,model,unit,/)
  })
})
