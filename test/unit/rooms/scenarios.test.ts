import assert from "node:assert/strict"
import { describe, it } from "node:test"
import type { Cache } from "../../../app/data/cache.ts"
import type { Queryable } from "../../../app/data/database.ts"
import { solve } from "../../../app/optimizer/index.ts"
import type { PeriodsProblem } from "../../../app/optimizer/periods/problem.ts"
import type { Problem } from "../../../app/optimizer/problem.ts"
import { ProblemError } from "../../../app/problem.ts"
import { ScenarioAnswer } from "../../../app/results/scenario-schema.ts"
import { sweepTask, type ToSweep } from "../../../app/results/scenario-task.ts"
import { checkScenarios, solveScenarios } from "../../../app/results/scenarios.ts"
import { checker } from "../../../app/validation.ts"

/** Nothing here may ask the database or the cache: the curves are inline, and scenarios are not kept. */
const untouched = new Proxy({}, { get: (_, name) => assert.fail(`${String(name)} was asked for`) })
const solved: Problem[] = []
/** The totals of every task that a thread was given. */
const tasks: (readonly number[])[] = []
const solveAny = (problem: Problem | PeriodsProblem) => {
  assert.ok(!("seasonality" in problem))
  return solve(problem)
}
const deps = {
  database: untouched as Queryable,
  cache: untouched as Cache,
  solver: {
    async solve(problem: Problem) {
      solved.push(problem)
      return solve(problem)
    },
    solvePeriods: () => Promise.reject(new Error("no scenario here has periods")),
    stats: () => ({ busy: 0, waiting: 0, size: 1 }),
    keyOf: () => Promise.reject(new Error("scenarios are not kept")),
    answer: () => Promise.reject(new Error("scenarios are many answers")),
    async sweep(asked: ToSweep) {
      tasks.push(asked.totals)
      return sweepTask(asked, solveAny)
    },
    report: () => Promise.reject(new Error("no scenario is a report")),
    async close() {},
  },
}

async function answer(body: unknown, options = {}): Promise<ScenarioAnswer> {
  const { json } = await solveScenarios(deps, checkScenarios(body), options)
  const answered: ScenarioAnswer = JSON.parse(json)
  assert.deepEqual(checkShape(answered), { ok: true, value: answered })
  return answered
}

const checkShape = checker(ScenarioAnswer, "strict")

const mm = (scale: number, halfSaturation: number) => ({ type: "michaelis-menten", scale, halfSaturation })
const budget = { z: 100, a: 20 }
const curves = { z: mm(100, 100), a: mm(100, 100) }

const near = (actual: number | null | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${actual}`)

function point(answered: Awaited<ReturnType<typeof answer>>, index: number) {
  const one = answered.points[index]
  assert.ok(one?.status === "optimal", JSON.stringify(one))
  return one
}

function refusal(body: unknown): readonly { path: string; message: string }[] {
  try {
    checkScenarios(body)
  } catch (error) {
    assert.ok(error instanceof ProblemError && error.code === "invalid-body")
    return error.errors
  }
  return []
}

describe("totals", () => {
  const totals = (given: unknown) => checkScenarios({ budget, curves, totals: given }).totals
  it("are a list, rising and each once, or a range with both ends; shares are of today's spend", () => {
    assert.deepEqual(totals([300, 100, { share: 2.5 }, 300]), [100, 300])
    assert.deepEqual(totals({ from: 60, to: { share: 1 }, steps: 4 }), [60, 80, 100, 120])
    assert.deepEqual(totals({ from: 9, to: 3, steps: 3 }), [3, 6, 9])
  })

  it("are refused by their path, with whatever else is wrong", () => {
    const paths = (body: object) => refusal({ budget, curves, ...body }).map(({ path }) => path)
    assert.deepEqual(paths({ totals: [1, -1] }), ["/totals/1"])
    assert.deepEqual(paths({ totals: { from: 1, to: 2, steps: 1 } }), ["/totals/steps"])
    assert.deepEqual(paths({ totals: [1, { share: 1e6 }], budget: { z: 1e12, a: 1 } }), ["/totals/1"])
    assert.deepEqual(paths({ totals: [1], constraints: { total: 5 } }), ["/constraints/total"])
    assert.deepEqual(paths({ totals: [1], store: true }), ["/store"])
    assert.deepEqual(paths({ totals: [1], constraints: { channels: { x: { min: 1 } } } }), ["/constraints/channels/x"])
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`c${i}`, 1]))
    const asked = refusal({ budget: many, totals: { from: 1, to: 2, steps: 200 } })
    assert.deepEqual(asked, [
      { path: "/totals", message: "asks for 60000 spends, channels times totals: at most 50000 are answered" },
    ])
  })
})

describe("scenarios", () => {
  it("say what each total earns, by hand-computed numbers", async () => {
    // Equal curves 100·x/(100+x) share a total T equally: response 2·100·(T/2)/(100+T/2), marginal 10⁴/(100+T/2)²
    const answered = await answer({ budget, curves, totals: [0, 100, 200] })
    assert.equal(answered.goal, "response")
    for (const [index, total] of [0, 100, 200].entries()) {
      const one = point(answered, index)
      assert.equal(one.total, total)
      near(one.allocation.a, total / 2)
      near(one.spend, total)
      near(one.response, (100 * total) / (100 + total / 2))
      near(one.shadowPrice, 1e4 / (100 + total / 2) ** 2)
      near(one.marginalRoi, 1e4 / (100 + total / 2) ** 2)
      assert.equal(one.profit, null)
      assert.equal(one.method, "kkt")
      assert.ok(one.gap <= 1e-12)
    }
    assert.equal(point(answered, 0).roi, null)
    near(point(answered, 1).roi, 100 / 150)
    assert.deepEqual(answered.today, { spend: 120, response: 50 + 100 / 6, roi: (50 + 100 / 6) / 120 })
    assert.deepEqual(answered.channels, [
      { channel: "z", model: "inline" },
      { channel: "a", model: "inline" },
    ])
    assert.equal(solved.length, 0, "concave problems without further constraints are swept")
  })

  it("leave unspent what loses, and count profit and return in value", async () => {
    const answered = await answer({
      budget,
      curves,
      objective: { goal: "profit", valuePerResponse: 4 },
      totals: [100, 1000],
    })
    // Profit is largest where 4 · 10⁴ / (100 + x)² = 1: x = 100 a channel
    const [tight, free] = [point(answered, 0), point(answered, 1)]
    near(free.spend, 200)
    near(free.profit, 4 * 100 - 200)
    near(free.roi, 2)
    near(free.marginalRoi, 1)
    near(free.shadowPrice, 0)
    near(tight.marginalRoi, (4 * 1e4) / 150 ** 2)
    near(tight.shadowPrice, (4 * 1e4) / 150 ** 2 - 1)
  })

  it("say of a total that cannot be met which constraints stand against it", async () => {
    const constraints = { channels: { z: { min: 50 }, a: { max: 40 } } }
    const { points } = await answer({ budget, curves, constraints, totals: [10, 80] })
    assert.deepEqual(
      points.map(({ total, status }) => [total, status]),
      [
        [10, "infeasible"],
        [80, "optimal"],
      ],
    )
    const [unmet] = points
    assert.ok(unmet?.status === "infeasible")
    assert.deepEqual([...unmet.conflicts].sort(), ["/constraints/channels/z/min", "/totals"])
  })

  it("go through the solver where a sweep does not answer them", async () => {
    solved.length = 0
    const constraints = { linear: [{ name: "ratio", coefficients: { a: 1, z: -2 }, min: 0 }] }
    const answered = await answer({ budget, curves, constraints, totals: [30, 90] })
    assert.deepEqual(
      solved.map(({ total }) => total),
      [
        { amount: 30, spend: "exactly" },
        { amount: 90, spend: "exactly" },
      ],
    )
    assert.equal(point(answered, 1).method, "lp")
    assert.ok(Math.abs((point(answered, 1).allocation.a ?? 0) - 60) < 1e-3)
  })

  it("end at their deadline, and when nobody waits for them any more", async () => {
    const body = { budget, curves, totals: { from: 1, to: 500, steps: 200 } }
    await assert.rejects(
      answer(body, { timeoutSeconds: 0 }),
      (error) => error instanceof ProblemError && error.code === "deadline-exceeded",
    )
    const gone = AbortSignal.abort(new Error("gone"))
    await assert.rejects(answer(body, { signal: gone }), /^Error: gone$/)
  })

  const many = (channels: number, curve: (i: number) => object) => {
    const names = Array.from({ length: channels }, (_, i) => `c${i}`)
    return {
      budget: Object.fromEntries(names.map((name) => [name, 10])),
      curves: Object.fromEntries(names.map((name, i) => [name, curve(i)])),
    }
  }
  const spread = (steps: number) => ({ from: { share: 0.5 }, to: { share: 1.5 }, steps })
  const totalsIn = ({ points }: ScenarioAnswer) => points.map(({ total }) => total)

  it("let the event loop turn between totals", async () => {
    let turns = 0
    const count = setInterval(() => turns++, 0)
    await answer({ ...many(10, (i) => mm(50 + i, 100)), totals: spread(100) })
    clearInterval(count)
    assert.ok(turns > 5, `${turns} turns`)
  })

  it("are computed on the event loop's thread up to a size of 1,000, and on the solver's from there on", async () => {
    tasks.length = 0
    solved.length = 0
    const concave = many(10, (i) => mm(50 + i, 100))
    const inline = await answer({ ...concave, totals: spread(100) })
    assert.deepEqual([tasks, inline.points.length], [[], 100])
    const onThread = await answer({ ...concave, totals: spread(101) })
    assert.deepEqual(tasks, [totalsIn(onThread)])
    assert.deepEqual([solved.length, onThread.points.length], [0, 101])
    tasks.length = 0
    const groups = [{ name: "all", channels: Object.keys(concave.budget), max: { share: 2 } }]
    await answer({ ...concave, constraints: { groups }, totals: spread(51) })
    assert.equal(tasks[0]?.length, 51, "the coefficients of constraints count as well")
    // What a thread answers is what this one does, but for the time
    const { timeMs: _, ...here } = await answer({ ...concave, totals: spread(20) })
    const swept = await sweepTask({ ...asked({ ...concave, totals: spread(20) }), models: [] }, solveAny)
    assert.deepEqual(here, { ...JSON.parse(swept.setting), points: JSON.parse(swept.points) })
  })

  it("give the thread to others between totals that no sweep answers", async () => {
    const shaped = many(10, (i) => ({ type: "hill", scale: 50 + i, halfSaturation: 10, slope: 2 }))
    const totals = [20, 40, 60]
    const slow = (problem: Problem | PeriodsProblem) => {
      const until = performance.now() + 110
      while (performance.now() < until);
      return solveAny(problem)
    }
    const task = { ...asked({ ...shaped, totals }), models: [] }
    assert.equal(sweepTask(task, slow).count, 1, "more than a tenth of a second has passed")
    tasks.length = 0
    const hundred = await answer({ ...shaped, totals: spread(101) })
    assert.equal(hundred.points.length, 101)
    assert.ok(tasks.every((given, k) => k === 0 || given.length < (tasks[k - 1]?.length ?? 0)))
  })
})

function asked(body: unknown) {
  const { request, totals } = checkScenarios(body)
  return { request: JSON.stringify(request), totals }
}
