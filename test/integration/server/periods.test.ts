import assert from "node:assert/strict"
import { describe, it } from "node:test"
import fc from "fast-check"
import { routes } from "../../../app/contract/routes.ts"
import { PROBLEM_TYPE } from "../../../app/server/plugins/problem-details.ts"
import { withApp } from "../../support/served-app.ts"

const budget = { search: 20, tv: 40 }
const adstock = { type: "geometric", retention: 0.5, periods: 4 }
const curves = {
  tv: { type: "hill", scale: 300, halfSaturation: 60, slope: 1, exposure: { adstock } },
  search: { type: "michaelis-menten", scale: 100, halfSaturation: 25 },
}
const near = (actual: number, wanted: number) =>
  assert.ok(Math.abs(actual - wanted) <= 1e-9 * Math.abs(wanted), `${actual} is not ${wanted}`)

describe("several periods over HTTP", () => {
  const served = withApp()
  const ask = (body: object) => served.app.ask("POST", routes.optimize, { body: { budget, curves, ...body } })

  it("answers spends per channel and period that meet all bounds, and can be read again", async () => {
    const periods = {
      count: 3,
      seasonality: [1, 2, 1],
      totals: [{ period: 3, amount: 30, spend: "at-most" }],
      channels: { tv: { max: { share: 0.9 }, byPeriod: [{ period: 1, min: 45 }] } },
    }
    const { status, body } = await ask({ periods })
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual([body.status, body.method, body.goal], ["optimal", "lp", "response"])
    assert.ok(body.gap <= 1e-6)
    const [search, tv] = body.periods.channels
    assert.deepEqual([search.channel, tv.channel], ["search", "tv"])
    const spend = (channel: typeof tv) => channel.periods.map((one: { spend: number }) => one.spend)
    assert.ok(tv.periods[0].spend >= 45)
    assert.ok(body.allocation.tv <= 108 * (1 + 1e-9), "over the horizon 0.9 of 40 in 3 periods")
    assert.ok(body.periods.totals[2].optimal.spend <= 30 * (1 + 1e-9))
    near(body.totals.optimal.spend, 180)
    near(
      [...spend(search), ...spend(tv)].reduce((sum, value) => sum + value, 0),
      180,
    )
    // Today's spend held is a steady state: 40 of tv and 20 of search, whose season is 4 periods' worth
    near(body.totals.today.response, 4 * ((300 * 40 * 1.875) / (60 + 40 * 1.875) + (100 * 20) / 45))
    near(
      body.periods.totals.reduce(
        (sum: number, { optimal }: { optimal: { response: number } }) => sum + optimal.response,
        0,
      ),
      body.totals.optimal.response,
    )
    assert.deepEqual(
      body.constraints.map(({ name }: { name: string }) => name),
      ["total of period 3", "tv over the horizon"],
    )
    assert.ok(body.totals.lift.response > 0)
    const read = await served.app.ask("GET", `${routes.results}/${body.id}`)
    assert.deepEqual(read.body.periods, body.periods)
    assert.deepEqual(read.body.request.periods, periods)
    const again = await ask({ periods })
    assert.deepEqual([again.body.cached, again.body.periods], [true, body.periods])
    const report = await served.app.ask("GET", `${routes.results}/${body.id}/report`)
    assert.equal(report.status, 200, JSON.stringify(report.body))
    const ofTv = report.body.channels.find(({ channel }: { channel: string }) => channel === "tv")
    ofTv.periods.forEach((row: Record<string, Record<string, number>>, t: number) => {
      const answered = tv.periods[t]
      assert.deepEqual(
        [row.period, row.spend?.today, row.spend?.optimal, row.marginalRoi?.optimal],
        [t + 1, 40, answered.spend, answered.marginalRoi],
      )
      near(row.response?.optimal ?? 0, answered.response)
      near(row.exposure?.optimal ?? 0, answered.exposure)
      // What is held is its own exposure, by the curve of exposure: 40 · 1.875 of it a period
      near(row.response?.today ?? 0, ([1, 2, 1][t] ?? 0) * ((300 * 75) / 135))
    })
    near(ofTv.curve.today.spend, 40)
    near(ofTv.curve.optimal.spend, body.allocation.tv / 3)
    const csv = await served.app.ask("GET", `${routes.results}/${body.id}/report`, { headers: { accept: "text/csv" } })
    const [head, ...lines] = String(csv.body).trim().split("\r\n")
    assert.match(head ?? "", /^channel,model,unit,period,spend_today,spend_optimal,/)
    assert.equal(lines.length, 6, "two channels in three periods")
    assert.ok(lines.some((line) => line.startsWith(`tv,inline,,2,40,${tv.periods[1].spend},`)))
  })

  it("names what cannot be met with its period", async () => {
    const { status, body } = await ask({
      constraints: { channels: { search: { max: 10 } } },
      periods: {
        count: 2,
        totals: [{ period: 2, amount: 60, spend: "exactly" }],
        channels: { tv: { byPeriod: [{ period: 2, max: 30 }] } },
      },
    })
    assert.deepEqual([status, body.type], [422, "/problems/infeasible"])
    assert.deepEqual(body.conflicts, [
      "/periods/totals/0",
      "/constraints/channels/search/max",
      "/periods/channels/tv/byPeriod/0/max",
    ])
  })

  it("ends a hard search at its time limit, with how far from the best it may be, and keeps no such answer", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `c${i}`)
    const hard = {
      budget: Object.fromEntries(names.map((name, i) => [name, 10 + i])),
      curves: Object.fromEntries(
        names.map((name, i) => [
          name,
          { type: "hill", scale: 100 + 7 * i, halfSaturation: 20 + i, slope: 2 + (i % 3), exposure: { adstock } },
        ]),
      ),
      periods: { count: 26 },
      timeLimit: 1,
    }
    for (const round of [1, 2]) {
      const begun = performance.now()
      const { status, body } = await ask(hard)
      const seconds = (performance.now() - begun) / 1000
      assert.equal(status, 200, JSON.stringify(body))
      assert.deepEqual([body.status, body.stopped, body.cached], ["feasible", "deadline", false], `round ${round}`)
      assert.ok(body.gap > 1e-6 && body.gap < 1, `${body.gap}`)
      assert.ok(seconds > 0.9 && seconds < 10, `${seconds} s`)
    }
    const none = await ask({ ...hard, timeLimit: 1e-6 })
    assert.deepEqual(
      [none.status, none.body.type, none.body.errors?.[0]?.path],
      [422, "/problems/time-limit-reached", "/timeLimit"],
    )
    for (const timeLimit of [0, -1, 300.5, "5", null]) {
      const bad = await ask({ ...hard, timeLimit })
      assert.deepEqual([bad.status, bad.body.errors?.[0]?.path], [400, "/timeLimit"], `${timeLimit}`)
    }
  })

  it("answers the same whatever the time limit, where it is not reached, from one place in the cache", async () => {
    const periods = { count: 2, seasonality: [1, 1.25] }
    const first = await ask({ periods, timeLimit: 60 })
    const again = await ask({ periods, timeLimit: 30 })
    const without = await ask({ periods })
    assert.deepEqual([first.body.cached, again.body.cached, without.body.cached], [false, true, true])
    assert.deepEqual(again.body.periods, first.body.periods)
    assert.deepEqual(without.body.gap, first.body.gap)
  })

  it("says what is wrong, and what several periods do not take", async () => {
    const cases: [object, number, string, string][] = [
      [{ periods: {} }, 400, "invalid-body", "/periods"],
      [{ periods: { count: 300 } }, 400, "invalid-body", "/periods/count"],
      [{ periods: { count: 2, seasonality: [1] } }, 400, "invalid-body", "/periods/seasonality"],
      [{ periods: { count: 2, past: { radio: [1] } } }, 400, "invalid-body", "/periods/past/radio"],
      [
        { periods: { count: 2, totals: [{ period: 3, amount: 1, spend: "exactly" }] } },
        400,
        "invalid-body",
        "/periods/totals/0/period",
      ],
      [
        { periods: { count: 2, channels: { tv: { min: 5, max: 4 } } } },
        400,
        "invalid-body",
        "/periods/channels/tv/min",
      ],
      [{ periods: { count: 2 }, method: "bnb" }, 422, "not-solvable", "/method"],
    ]
    for (const [body, status, code, path] of cases) {
      const found = await ask(body)
      assert.deepEqual(
        [found.status, found.body.type, found.body.errors?.[0]?.path],
        [status, `/problems/${code}`, path],
      )
    }
  })

  it("keeps a minimum buy in each period, and names one that cannot be kept", async () => {
    const constraints = { channels: { search: { minIfUsed: 15 } } }
    const kept = await ask({ constraints: { ...constraints, total: 70 }, periods: { count: 2 } })
    assert.deepEqual([kept.status, kept.body.status], [200, "optimal"], JSON.stringify(kept.body))
    const [search] = kept.body.periods.channels
    for (const { spend } of search.periods) assert.ok(spend === 0 || spend >= 15, `${spend}`)
    const pinned = { ...constraints.channels, tv: { pinned: true } }
    const none = await ask({ constraints: { channels: pinned, total: 90 }, periods: { count: 2 } })
    assert.deepEqual([none.status, none.body.type], [422, "/problems/infeasible"])
    assert.ok(none.body.conflicts.includes("/constraints/channels/search/minIfUsed"), `${none.body.conflicts}`)
  })

  it("answers the least spend for a response and the most response with a return, with their reports", async () => {
    const periods = { count: 3, seasonality: [1, 2, 1] }
    const least = await ask({ objective: { goal: "least-spend", response: 500 }, periods })
    assert.deepEqual([least.status, least.body.status, least.body.goal], [200, "optimal", "least-spend"])
    near(least.body.totals.optimal.response, 500)
    assert.ok(least.body.totals.optimal.spend < least.body.totals.today.spend)
    assert.equal(least.body.budget.total, null)
    const report = await served.app.ask("GET", `${routes.results}/${least.body.id}/report`)
    assert.match(report.body.summary[0], /the least spend that earns 500/)
    const roi = await ask({ objective: { goal: "roi", target: 8, valuePerResponse: 2 }, periods })
    assert.deepEqual([roi.status, roi.body.status, roi.body.goal], [200, "optimal", "roi"])
    near(roi.body.totals.optimal.roi, 8)
    const { status, body } = await served.app.ask("POST", routes.scenarios, {
      body: { budget, curves, periods, objective: { goal: "least-spend", response: 500 }, totals: [30, 500] },
    })
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(body.points[0].conflicts, ["/totals", "/objective/response"])
    assert.match(body.points[0].detail, /No more than [\d.]+ can be earned\.$/)
    near(body.points[1].spend, least.body.totals.optimal.spend)
    const none = await ask({
      objective: { goal: "roi", target: 90 },
      periods,
      constraints: { channels: { tv: { min: 30 } } },
    })
    assert.deepEqual(none.body.conflicts, ["/objective/target", "/constraints/channels/tv/min"])
  })

  it("answers scenarios over the horizon as single requests are answered", async () => {
    const periods = { count: 2, seasonality: [1, 1.5] }
    const { status, body } = await served.app.ask("POST", routes.scenarios, {
      body: { budget, curves, periods, totals: [{ share: 0.5 }, 100, 90, -0] },
    })
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(
      body.points.map(({ total }: { total: number }) => total),
      [0, 60, 90, 100],
    )
    for (const { total, response, periods: spends } of body.points) {
      const alone = await ask({ periods, constraints: { total } })
      near(response, alone.body.totals.optimal.response)
      const [search, tv] = alone.body.periods.channels.map((one: { periods: { spend: number }[] }) =>
        one.periods.map(({ spend }) => spend),
      )
      assert.deepEqual(spends, { search, tv })
      near(body.today.response, alone.body.totals.today.response)
      assert.equal(body.today.spend, alone.body.totals.today.spend)
    }
    const unmet = await served.app.ask("POST", routes.scenarios, {
      body: { budget, curves, periods, constraints: { channels: { tv: { min: 40 } } }, totals: [50, 120] },
    })
    assert.deepEqual(
      unmet.body.points.map(({ status: one }: { status: string }) => one),
      ["infeasible", "optimal"],
    )
    assert.ok(unmet.body.points[0].conflicts.includes("/totals"))
  })

  it("answers whatever it is sent, and never with a failure of its own", async () => {
    const amount = fc.oneof(
      { arbitrary: fc.integer({ min: 0, max: 1_000_000 }), weight: 12 },
      { arbitrary: fc.constantFrom(0, 1e-15, 1e15, -1, null), weight: 1 },
    )
    const bound = fc.oneof(amount, fc.record({ share: fc.constantFrom(0, 0.5, 1, 3) }))
    const period = fc.integer({ min: 1, max: 4 })
    const optional = { requiredKeys: [] }
    const periods = fc.record(
      {
        count: fc.integer({ min: 1, max: 4 }),
        seasonality: fc.array(fc.constantFrom(0, 0.5, 1, 2, 1e6), { minLength: 1, maxLength: 4 }),
        past: fc.record({ tv: fc.array(amount, { maxLength: 3 }) }),
        afterHorizon: fc.constantFrom("ignored", "counted"),
        totals: fc.array(fc.record({ period, amount, spend: fc.constantFrom("exactly", "at-most") }), { maxLength: 2 }),
        channels: fc.record({
          tv: fc.record(
            {
              min: bound,
              max: bound,
              byPeriod: fc.array(fc.record({ period, min: bound, max: bound }, { requiredKeys: ["period"] }), {
                maxLength: 2,
              }),
            },
            optional,
          ),
        }),
      },
      { requiredKeys: ["count"] },
    )
    const slope = fc.constantFrom(0.3, 1, 3)
    const half = fc.constantFrom(1e-6, 1, 1e4, 1e9)
    const retention = fc.constantFrom(0, 0.5, 0.99)
    const objective = fc.constantFrom(
      { goal: "response" },
      { goal: "profit", valuePerResponse: 5 },
      { goal: "least-spend", response: 400 },
      { goal: "roi", target: 6, valuePerResponse: 2 },
    )
    let answered = 0
    await fc.assert(
      fc.asyncProperty(periods, slope, half, retention, objective, async (given, s, h, r, goal) => {
        const exposure = { adstock: { type: "geometric", retention: r, periods: 3 } }
        const tv = { type: "hill", scale: 1000, halfSaturation: h, slope: s, exposure }
        const { status, body, headers } = await ask({
          periods: given,
          curves: { ...curves, tv },
          objective: goal,
          store: false,
        })
        assert.ok(status === 200 || [400, 422].includes(status), `${status} ${JSON.stringify(body)}`)
        if (status === 200) answered++
        else assert.equal(headers["content-type"], PROBLEM_TYPE)
      }),
      { seed: 7, numRuns: 240 },
    )
    assert.ok(answered > 10, `${answered} were answered`)
  })
})
