import assert from "node:assert/strict"
import { describe, it } from "node:test"
import fc from "fast-check"
import { routes } from "../../../app/contract/routes.ts"
import { PROBLEM_TYPE } from "../../../app/server/plugins/problem-details.ts"
import { withApp } from "../../support/served-app.ts"

const budget = { tv: 100_000, digital: 200_000 }

describe("scenarios over HTTP", () => {
  const served = withApp()

  it("are the optimizations at each total, and are not stored", async () => {
    const totals = [150_000, 300_000, { share: 1.5 }]
    const { status, body } = await served.app.ask("POST", routes.scenarios, { body: { budget, totals } })
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(
      body.points.map((point: { total: number; status: string }) => [point.total, point.status]),
      [
        [150_000, "optimal"],
        [300_000, "optimal"],
        [450_000, "optimal"],
      ],
    )
    for (const point of body.points) {
      const alone = await served.app.ask("POST", routes.optimize, {
        body: { budget, constraints: { total: point.total }, store: false },
      })
      assert.ok(Math.abs(point.response / alone.body.totals.optimal.response - 1) < 1e-12)
      assert.ok(Math.abs(point.shadowPrice / alone.body.budget.shadowPrice - 1) < 1e-9)
      assert.ok(point.gap <= 1e-6)
    }
    assert.equal(body.channels[0].model, "tv@1")
    assert.match(body.warnings[0], /^Example models/)
    assert.equal((await served.app.ask("GET", routes.results)).body.items.length, 0)
    const { body: counted } = await served.app.ask("GET", routes.metrics)
    assert.match(counted, /^optimization_requests_total\{method="scenarios",status="success"\} 1$/m)
  })

  it("say what is wrong, as an optimization does", async () => {
    const cases: [unknown, string, string?][] = [
      ['{"budget": {', "bad-request"],
      [{ budget }, "invalid-body", ""],
      [{ budget, totals: [] }, "invalid-body", "/totals"],
      [{ budget, totals: { from: 1, to: 2 } }, "invalid-body", "/totals"],
      [{ budget, totals: [1], constraints: { total: 1 } }, "invalid-body", "/constraints/total"],
      [{ budget: { zeppelin: 1 }, totals: [1] }, "unknown-model", "/budget/zeppelin"],
    ]
    for (const [body, code, path] of cases) {
      const answer = await served.app.ask("POST", routes.scenarios, { body })
      assert.equal(answer.body.type, `/problems/${code}`, `${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`)
      if (path === undefined) continue
      const paths = answer.body.errors.map((error: { path: string }) => error.path)
      assert.ok(paths.includes(path), `${JSON.stringify(paths)} has ${JSON.stringify(path)}`)
    }
  })

  it("never answer 5xx, whatever the body", async () => {
    const rare = (odd: fc.Arbitrary<unknown>, usual: fc.Arbitrary<unknown>) =>
      fc.oneof({ arbitrary: usual, weight: 30 }, { arbitrary: odd, weight: 1 })
    const amount = rare(fc.constantFrom(0, 1e-15, 1e15, 1e-300, -1, null), fc.integer({ min: 1, max: 1_000_000 }))
    const bound = fc.oneof(amount, fc.record({ share: amount }))
    const curve = fc.oneof(
      fc.record({ type: fc.constant("power"), scale: amount, exponent: fc.constantFrom(0.01, 0.5, 1, 3) }),
      fc.record({ type: fc.constant("hill-sigmoid"), scale: amount, rate: amount, midpoint: amount }),
      fc.record({
        type: fc.constant("log"),
        scale: amount,
        rate: amount,
        exposure: fc.record({ perSpend: amount, carriedOver: amount }, { requiredKeys: [] }),
      }),
    )
    const body = fc.record(
      {
        budget: rare(fc.anything(), fc.record({ tv: amount, digital: amount })),
        totals: rare(
          fc.anything(),
          fc.oneof(
            fc.array(bound, { minLength: 1, maxLength: 4 }),
            fc.record({ from: bound, to: bound, steps: fc.integer({ min: 2, max: 5 }) }),
          ),
        ),
        curves: fc.record({ tv: curve, digital: curve }, { requiredKeys: [] }),
        constraints: fc.record({ channels: fc.record({ tv: fc.record({ min: bound }) }) }),
        objective: fc.oneof(
          fc.constantFrom({ goal: "response" }, { goal: "roi", target: 2 }, { goal: "least-spend", response: 3 }),
          fc.record({ goal: fc.constant("profit"), valuePerResponse: amount }),
        ),
      },
      { requiredKeys: ["budget", "totals"] },
    )
    const seen = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const answer = await served.app.ask("POST", routes.scenarios, { body: given })
        assert.ok(answer.status < 500, `${answer.status} ${JSON.stringify(answer.body)} to ${JSON.stringify(given)}`)
        if (answer.status !== 200) assert.equal(answer.headers["content-type"], PROBLEM_TYPE)
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
      }),
      { numRuns: 800, seed: 20_260_101 },
    )
    // Few problems have no answer at all: a total that cannot be met is a point that says so.
    for (const [status, least] of [
      [200, 20],
      [400, 20],
      [422, 1],
    ] as const)
      assert.ok((seen.get(status) ?? 0) >= least, JSON.stringify([...seen]))
    assert.equal((await served.app.ask("GET", routes.health)).status, 200)
  })
})
