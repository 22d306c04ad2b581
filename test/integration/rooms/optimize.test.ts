import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { openCache } from "../../../app/data/cache.ts"
import { openDatabase } from "../../../app/data/database.ts"
import { seedExamples } from "../../../app/models/examples.ts"
import { createModel, readModels } from "../../../app/models/models.ts"
import { type Problem, solve } from "../../../app/optimizer/index.ts"
import { ProblemError } from "../../../app/problem.ts"
import { optimize } from "../../../app/results/optimize.ts"
import { neededModels } from "../../../app/results/problem.ts"
import { questionOf } from "../../../app/results/question.ts"
import { checkRequest } from "../../../app/results/request.ts"
import { createResultStore, readResult } from "../../../app/results/results.ts"
import type { Answer } from "../../../app/results/schema.ts"
import { openSolver, type Solver } from "../../../app/results/solver.ts"
import { alice, openTestLog, withDatabase } from "./helpers.ts"

describe("optimize", () => {
  const room = withDatabase()
  const log = openTestLog()
  const cache = openCache({ log })
  const solver = openSolver({ threads: 1 })
  const solved: string[] = []
  const lookups: boolean[] = []
  before(() => seedExamples(room.db, log))
  after(() => solver.close())

  const ask = async (body: unknown, database = room.db): Promise<Answer> => {
    const written = await optimize(
      {
        database,
        cache,
        solver,
        store: createResultStore(database),
        observe: { solved: (method) => solved.push(method), lookedUp: (hit) => lookups.push(hit) },
      },
      checkRequest(body),
      alice,
    )
    const answer: Answer = JSON.parse(written.json)
    assert.deepEqual([written.id, written.createdAt, written.method], [answer.id, answer.createdAt, answer.method])
    return answer
  }

  it("answers the smallest body with the example models, and has stored what it gives", async () => {
    const answer = await ask({ budget: { tv: 100_000, digital: 200_000 }, constraints: { total: 300_000 } })
    const { tv = 0, digital = 0 } = answer.allocation
    assert.ok(Math.abs(tv + digital - 300_000) <= 300_000 * 1e-9)
    assert.equal(answer.status, "optimal")
    assert.equal(answer.method, "kkt")
    assert.ok(answer.gap <= 1e-6)
    assert.ok(answer.totals.lift.response > 0)
    // At the optimum every free channel's next unit earns the same.
    const [first, second] = answer.channels
    assert.ok(Math.abs((first?.marginalRoi ?? 0) / (second?.marginalRoi ?? 1) - 1) < 1e-6)
    assert.deepEqual(
      answer.channels.map(({ channel, model, example }) => [channel, model, example]),
      [
        ["tv", "tv@1", true],
        ["digital", "digital@1", true],
      ],
    )
    assert.match(answer.warnings.join(), /Example models.*tv, digital/)
    const { request, ...stored } = await readResult(room.db, answer.id, alice)
    assert.deepEqual(stored, answer)
    assert.deepEqual(request, { budget: { tv: 100_000, digital: 200_000 }, constraints: { total: 300_000 } })
  })

  it("finds the same problem in the cache, in whatever order it is written", async () => {
    const curve = { type: "hill", scale: 50, halfSaturation: 1, slope: 2 }
    const one = await ask({ budget: { a: 1, b: 2 }, curves: { a: curve, b: { ...curve, scale: 60 } } })
    const { scale, ...rest } = curve
    const two = await ask({ curves: { b: { ...curve, scale: 60 }, a: { ...rest, scale } }, budget: { b: 2, a: 1 } })
    assert.equal(one.cached, false)
    assert.equal(two.cached, true)
    assert.deepEqual(two.allocation, one.allocation)
    assert.deepEqual(Object.keys(two.allocation), ["b", "a"])
    assert.notEqual(two.id, one.id)
    assert.deepEqual(lookups.slice(-2), [false, true])
    assert.equal(solved.at(-1), "bnb")
  })

  it("asks no cache for what is solved in less time than its key takes", async () => {
    const before = lookups.length
    const body = {
      budget: { a: 1, b: 2 },
      curves: { a: { type: "log", scale: 5, rate: 1 }, b: { type: "log", scale: 9, rate: 1 } },
    }
    const answers = [await ask(body), await ask(body)]
    assert.deepEqual(
      answers.map(({ method, cached }) => [method, cached]),
      [
        ["kkt", false],
        ["kkt", false],
      ],
    )
    assert.equal(lookups.length, before)
  })

  it("takes the latest version of a model as another problem", async () => {
    const curve = { type: "hill" as const, halfSaturation: 8, slope: 2 }
    const model = (scale: number) => ({ name: "brand", curve: { ...curve, scale } })
    await createModel(room.db, model(10), alice)
    const body = { budget: { brand: 10, tv: 10 } }
    const first = await ask(body)
    await createModel(room.db, model(20), alice)
    const second = await ask(body)
    assert.equal(second.cached, false)
    assert.equal(first.channels[0]?.model, "brand@1")
    assert.equal(second.channels[0]?.model, "brand@2")
    const named = await ask({ ...body, models: { brand: "brand@1" } })
    assert.deepEqual(named.allocation, first.allocation)
    assert.equal(named.cached, true)
  })

  it("keeps nothing when store is false, and needs no database for inline curves", async () => {
    const nobody = openDatabase({ url: "postgres://a:b@127.0.0.1:1/c", poolSize: 1, log })
    const body = { budget: { a: 5 }, curves: { a: { type: "linear", slope: 2 } }, store: false }
    const answer = await ask(body, nobody)
    assert.equal(answer.stored, false)
    assert.equal(answer.totals.optimal.response, 10)
    await assert.rejects(readResult(room.db, answer.id, alice), /You have no result/)
    await assert.rejects(
      ask({ ...body, store: true }, nobody),
      (error) => error instanceof ProblemError && error.code === "database-unavailable",
    )
    await nobody.close()
  })

  it("names every channel without a model, by its place in the request", async () => {
    await assert.rejects(ask({ budget: { tv: 1, "a/b": 2, other: 3 }, models: { other: "nothing@7" } }), (error) => {
      assert.ok(error instanceof ProblemError)
      assert.equal(error.code, "unknown-model")
      assert.match(error.message, /"models".*"curves"/)
      assert.deepEqual(
        error.errors.map(({ path }) => path),
        ["/budget/a~1b", "/models/other"],
      )
      return true
    })
  })

  it("names the constraints that conflict in the request's own terms", async () => {
    const request = {
      budget: { tv: 10, digital: 10 },
      constraints: { total: 5, channels: { tv: { pinned: true } } },
      store: false,
    }
    await assert.rejects(ask(request), (error) => {
      assert.ok(error instanceof ProblemError)
      assert.equal(error.code, "infeasible")
      assert.deepEqual([...(error.extensions.conflicts as string[])].sort(), [
        "/constraints/channels/tv/pinned",
        "/constraints/total",
      ])
      return true
    })
    const groups = {
      budget: { tv: 10, digital: 10 },
      constraints: { groups: [{ name: "all", channels: ["tv", "digital"], min: 50 }] },
      store: false,
    }
    await assert.rejects(ask(groups), (error) => {
      assert.ok(error instanceof ProblemError)
      assert.equal(error.code, "infeasible")
      assert.match((error.extensions.conflicts as string[]).join(" "), /\/budget/)
      assert.match((error.extensions.conflicts as string[]).join(" "), /\/constraints\/groups\/0/)
      return true
    })
  })

  it("solves a larger linear program on a thread, holds its constraints and reports them by name", async () => {
    const channels = Array.from({ length: 25 }, (_, index) => `c${index}`)
    const half = channels.slice(0, 12)
    const answer = await ask({
      budget: Object.fromEntries(channels.map((channel) => [channel, 100])),
      curves: Object.fromEntries(
        channels.map((channel, index) => [channel, { type: "log", scale: 10 + index, rate: 0.05 }]),
      ),
      constraints: { groups: [{ name: "first half", channels: half, min: { share: 1.1 } }] },
      store: false,
    })
    assert.equal(answer.method, "lp")
    assert.ok(answer.gap <= 1e-6)
    const [group] = answer.constraints
    assert.equal(group?.name, "first half")
    assert.equal(group?.bound, "min")
    assert.ok(Math.abs((group?.value ?? 0) - 1_320) < 1e-5)
    assert.ok(Math.abs(answer.totals.optimal.spend - 2_500) < 1e-5)
    assert.equal(solved.at(-1), "lp")
  })

  it("has a thread make a large answer from curves to text, and finds it in the cache the next time", async () => {
    await createModel(room.db, { name: "far", curve: { type: "hill", scale: 30, halfSaturation: 4, slope: 3 } }, alice)
    const names = Array.from({ length: 150 }, (_, index) => `c${index}`)
    const curveOf = (index: number) => ({ type: "hill", scale: 10 + index, halfSaturation: 3 + (index % 7), slope: 2 })
    const body = {
      budget: { ...Object.fromEntries(names.map((name) => [name, 5])), far: 5 },
      curves: Object.fromEntries(names.map((name, index) => [name, curveOf(index)])),
    }
    const large = checkRequest(body)
    const [first, second] = [await ask(body), await ask(body)]
    assert.equal(first.status, "optimal")
    assert.equal(first.channels.at(-1)?.model, "far@1")
    assert.deepEqual([first.cached, second.cached], [false, true])
    assert.deepEqual(lookups.slice(-2), [false, true])
    assert.equal(solved.at(-1), "bnb")
    // What this thread makes of the same
    const needs = neededModels(large)
    const question = questionOf(large, await readModels(room.db, needs))
    const { id, createdAt, stored, cached, timeMs } = first
    const own = question.answer(solve(question.problem as Problem), { id, createdAt, stored, cached, timeMs })
    assert.deepEqual(first, JSON.parse(JSON.stringify(own)))
    assert.ok(timeMs > 0 && timeMs < 60_000, `${timeMs} ms`)
    const { id: _, createdAt: __, timeMs: ___, cached: ____, ...same } = second
    assert.deepEqual({ ...same, id, createdAt, timeMs, cached }, first)
    const { request, ...kept } = await readResult(room.db, first.id, alice)
    assert.deepEqual([request, kept], [body, first])
  })

  it("makes on this thread what is small, by its channels and the coefficients of its constraints", async () => {
    const asked: string[] = []
    const watched: Solver = {
      ...solver,
      answer(task, options) {
        asked.push("answer")
        return solver.answer(task, options)
      },
    }
    const names = Array.from({ length: 20 }, (_, index) => `c${index}`)
    const body = (groups: number) => ({
      budget: Object.fromEntries(names.map((name) => [name, 5])),
      curves: Object.fromEntries(names.map((name) => [name, { type: "log", scale: 5, rate: 1 }])),
      constraints: {
        groups: Array.from({ length: groups }, (_, k) => ({ name: `g${k}`, channels: names, max: 110 + k })),
      },
      store: false,
    })
    for (const [groups, threads] of [
      [4, 0],
      [5, 1],
    ] as const) {
      const deps = { database: room.db, cache, solver: watched, store: createResultStore(room.db) }
      const written = await optimize(deps, checkRequest(body(groups)), alice)
      assert.deepEqual([written.method, asked.length], ["lp", threads])
    }
  })

  it("tells of a large problem what a small one's refusal tells", async () => {
    const names = Array.from({ length: 150 }, (_, index) => `c${index}`)
    const budget = Object.fromEntries(names.map((name) => [name, 5]))
    const curves = Object.fromEntries(names.map((name) => [name, { type: "log", scale: 5, rate: 1 }]))
    const constraints = { total: 3, channels: { c7: { min: 4 } } }
    const refused = async (body: object) => {
      const error: unknown = await ask(body).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      assert.ok(error instanceof ProblemError, String(error))
      return { code: error.code, errors: error.errors.map(({ path }) => path), more: error.extensions }
    }
    const paths = ["/constraints/total", "/constraints/channels/c7/min"]
    assert.deepEqual(await refused({ budget, curves, constraints, store: false }), {
      code: "infeasible",
      errors: paths,
      more: { conflicts: paths },
    })
    const { c9, ...others } = curves
    assert.deepEqual(await refused({ budget, curves: others, store: false }), {
      code: "unknown-model",
      errors: ["/budget/c9"],
      more: {},
    })
    assert.ok(c9)
  })
})
