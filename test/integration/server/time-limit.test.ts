import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { routes } from "../../../app/contract/routes.ts"
import { withApp } from "../../support/served-app.ts"
import { untilEnded } from "../../support/until-ended.ts"

const names = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`)
const budget = (count: number) => Object.fromEntries(names(count).map((name) => [name, 1]))
const curves = (count: number, curve: (i: number) => object) =>
  Object.fromEntries(names(count).map((name, i) => [name, curve(i)]))

/** A search of far more than seconds: eight S-shaped channels over half a year. */
const hard = {
  budget: budget(8),
  curves: curves(8, (i) => ({
    type: "hill",
    scale: 100 + 7 * i,
    halfSaturation: 2 + i / 10,
    slope: 2 + (i % 3),
    exposure: { adstock: { type: "geometric", retention: 0.5, periods: 4 } },
  })),
  periods: { count: 26 },
}

describe("a time limit over HTTP", () => {
  const served = withApp()
  const ask = (body: object, headers = {}) => served.app.ask("POST", routes.optimize, { body, headers })
  const job = async (body: object) => {
    const accepted = await ask(body, { Prefer: "respond-async" })
    assert.equal(accepted.status, 202, JSON.stringify(accepted.body))
    return untilEnded(served.app, String(accepted.headers.location))
  }

  it("ends a job's search as it does an answer's, with what was found by then", async () => {
    const begun = performance.now()
    const ended = await job({ ...hard, timeLimit: 4 })
    assert.ok(performance.now() - begun < 60_000)
    assert.equal(ended.status, "succeeded", JSON.stringify(ended))
    const { body } = await served.app.ask("GET", `${routes.results}/${ended.resultId}`)
    assert.deepEqual([body.status, body.stopped], ["feasible", "deadline"])
    assert.deepEqual(body.request, { ...hard, timeLimit: 4 }, "what was asked, with all its channels")
    assert.ok(body.gap > 1e-6 && body.gap < 1, `${body.gap}`)
  })

  it("fails a job that found nothing by then, and says which field to change", async () => {
    const ended = await job({ ...hard, timeLimit: 1e-6 })
    assert.equal(ended.status, "failed")
    assert.deepEqual(
      [ended.problem?.type, ended.problem?.errors?.[0]?.path],
      ["/problems/time-limit-reached", "/timeLimit"],
      JSON.stringify(ended),
    )
  })

  // What is solved on the event loop's thread is solved to its end: only a thread ends a search early
  const small = {
    lp: {
      budget: budget(20),
      curves: curves(20, (i) => ({ type: "hill", scale: 10 + i, halfSaturation: 1 + i / 7, slope: 0.8 })),
      constraints: { groups: [{ name: "some", channels: names(9), max: 5 }] },
    },
    bnb: {
      budget: budget(20),
      curves: curves(20, (i) => ({ type: "hill", scale: 1 + i * 1e-3, halfSaturation: 1 + i * 1e-3, slope: 3 })),
      constraints: { total: 13.7, channels: curves(20, () => ({ max: 2 })) },
    },
  }
  for (const [method, body] of Object.entries(small))
    it(`hands a small problem by ${method} to a thread, where its limit is shorter than it takes`, async () => {
      const cut = await ask({ ...body, timeLimit: 1e-6 })
      const told = cut.status === 200 ? [cut.body.status, cut.body.stopped] : [cut.status, cut.body.type]
      const ends = [
        ["feasible", "deadline"],
        [422, "/problems/time-limit-reached"],
      ]
      assert.ok(
        ends.some((end) => end.join() === told.join()),
        JSON.stringify(cut.body),
      )
      const whole = await ask(body)
      assert.deepEqual([whole.status, whole.body.status, whole.body.method], [200, "optimal", method])
    })
})
