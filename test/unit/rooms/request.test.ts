import assert from "node:assert/strict"
import { describe, it } from "node:test"
import fc from "fast-check"
import { openCache } from "../../../app/data/cache.ts"
import type { Queryable } from "../../../app/data/database.ts"
import { smallest } from "../../../app/optimizer/schema.ts"
import { ProblemError } from "../../../app/problem.ts"
import { computeAnswer } from "../../../app/results/optimize.ts"
import { neededModels, prepare } from "../../../app/results/problem.ts"
import { checkRequest } from "../../../app/results/request.ts"
import { Answer } from "../../../app/results/schema.ts"
import { openSolver } from "../../../app/results/solver.ts"
import { checker } from "../../../app/validation.ts"

const none = () => undefined
const cache = openCache({ log: { debug: none, info: none, warn: none, error: none } })
const solver = openSolver({ threads: 1 })
const checkAnswer = checker(Answer, "strict")
/** Curves are inline in these tests: whoever asks the database is wrong. */
const database: Queryable = {
  query: () => Promise.reject(new Error("The database was asked.")),
}

/** The fields at fault; empty when the body is a request. */
function faults(body: unknown): string[] {
  try {
    checkRequest(body)
    return []
  } catch (error) {
    assert.ok(error instanceof ProblemError)
    assert.equal(error.code, "invalid-body")
    assert.ok(error.errors.length > 0)
    return error.errors.map(({ path }) => path)
  }
}

const budget = { tv: 100, digital: 50 }

describe("a request", () => {
  it("may be as small as a budget, and as large as this", () => {
    assert.deepEqual(faults({ budget }), [])
    assert.deepEqual(
      faults({
        budget: { ...budget, "Außenwerbung / 2": 0 },
        constraints: {
          total: 1e15,
          spend: "at-most",
          channels: { tv: { min: { share: 0.5 }, max: 1e6 }, digital: { pinned: true } },
          groups: [{ name: "both", channels: ["tv", "digital"], max: { share: 2 } }],
          linear: [{ name: "mix", coefficients: { tv: 1, digital: -2 }, max: 0 }],
        },
        objective: { goal: "roi", target: 2 },
        models: { tv: "tv@3", digital: "search" },
        curves: { "Außenwerbung / 2": { type: "linear", slope: 1 } },
        method: "lp",
        store: false,
      }),
      [],
    )
  })

  it("reports all problems of its shape at once, by JSON pointer", () => {
    assert.deepEqual(
      faults({
        budget: { tv: -1, "a/b~c": 1e16, ok: 1 },
        constraints: { total: "5" },
        methd: "lp",
        models: { tv: "TV" },
      }).toSorted(),
      ["/budget/a~1b~0c", "/budget/tv", "/constraints/total", "/methd", "/models/tv"],
    )
    assert.deepEqual(faults({}), [""])
    assert.deepEqual(faults({ budget: {} }), ["/budget"])
    assert.deepEqual(faults(null), [""])
    assert.deepEqual(faults({ budget: { tv: Number.NaN } }), ["/budget/tv"])
    assert.deepEqual(faults({ budget: { tv: Number.POSITIVE_INFINITY } }), ["/budget/tv"])
  })

  it("has no channel whose name a database could not keep", () => {
    assert.deepEqual(faults({ budget: { "nul\u0000": 1 } }), ["/budget/nul\u0000"])
    assert.deepEqual(faults({ budget: { "half\ud800": 1 } }), ["/budget/half\ud800"])
    assert.deepEqual(faults({ budget: { ["x".repeat(101)]: 1 } }).length, 1)
  })

  it("reports all problems of its meaning at once", () => {
    assert.deepEqual(
      faults({
        budget,
        constraints: {
          channels: {
            tv: { min: 10, max: 5 },
            digital: { pinned: true, min: 1 },
            radio: { min: 1 },
          },
          groups: [
            { name: "g", channels: ["tv", "tv", "print"], max: 1 },
            { name: "g", channels: ["tv"] },
            { name: "h", channels: ["tv", "digital"], min: { share: 2 }, max: 200 },
          ],
          linear: [
            { name: "h", coefficients: { tv: 1, email: 1 }, min: 3, max: 2 },
            { name: "i", coefficients: { tv: 1 } },
          ],
        },
        models: { radio: "tv" },
        curves: {
          radio: { type: "linear", slope: 1 },
          tv: {
            type: "piecewise",
            points: [
              { spend: 2, response: 1 },
              { spend: 1, response: 2 },
            ],
          },
        },
      }).toSorted(),
      [
        "/constraints/channels/digital/pinned",
        "/constraints/channels/radio",
        "/constraints/channels/tv/min",
        "/constraints/groups/0/channels/1",
        "/constraints/groups/0/channels/2",
        "/constraints/groups/1",
        "/constraints/groups/1/name",
        "/constraints/groups/2/min",
        "/constraints/linear/0/coefficients/email",
        "/constraints/linear/0/min",
        "/constraints/linear/0/name",
        "/constraints/linear/1",
        "/curves/radio",
        "/curves/tv/points/1/spend",
        "/models/radio",
      ],
    )
  })

  it("holds amounts, shares and sums to the sizes that compute", () => {
    const constraints = { channels: { tv: { max: { share: 1e6 } } } }
    assert.deepEqual(faults({ budget: { tv: 1e12 }, constraints }), ["/constraints/channels/tv/max"])
    assert.deepEqual(faults({ budget: { tv: 1e9 }, constraints }), [])
    assert.deepEqual(faults({ budget: { tv: 1e15, digital: 1 } }), ["/budget"])
    assert.deepEqual(faults({ budget: { tv: 5e-324 }, constraints: { total: smallest / 10 } }), [
      "/budget/tv",
      "/constraints/total",
    ])
  })

  it("treats names of Object's own members as any others", () => {
    const names = ["constructor", "toString", "__proto__"]
    const members = (value: string) => `{${names.map((name) => `"${name}":${value}`).join()},"tv":${value}}`
    const rest = '"models":{"tv":"tv"},"constraints":{"channels":{"tv":{"max":2}}}'
    const curve = { type: "log", scale: 1, rate: 1 } as const
    const stored = checkRequest(JSON.parse(`{"budget":${members("1")},${rest}}`))
    const needs = neededModels(stored)
    assert.deepEqual(
      needs.map(({ name, path }) => [name, path]),
      [...names.map((name) => [name, `/budget/${name}`]), ["tv", "/models/tv"]],
    )
    const inline = checkRequest(
      JSON.parse(`{"budget":${members("1")},"curves":${members(JSON.stringify(curve))},${rest}}`),
    )
    assert.deepEqual(neededModels(inline), [])
    const { channels } = prepare(inline, [], []).problem
    const bounded = channels.map(({ name, min, max }) => [name, min, max])
    assert.deepEqual(bounded.sort(), [...names.map((name) => [name, 0, Infinity]), ["tv", 0, 2]].sort())
  })
})

describe("any body", () => {
  it("is a request or invalid-body, and never anything else", () => {
    const anything = fc.anything({ withNullPrototype: false, maxDepth: 4 })
    const members = fc.record(
      { budget: anything, constraints: anything, objective: anything, models: anything, curves: anything },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(anything, members), (body) => {
        faults(body)
      }),
      { numRuns: 2_000 },
    )
  })

  it("that is a request is answered or refused by a problem of the table", async () => {
    const amount = fc.oneof(
      fc.constantFrom(0, 1, 1e-9, 1e15),
      fc.nat(1e8).map((cents) => cents / 100),
    )
    const channel = fc.constantFrom("tv", "digital", "__proto__", "a.min", "x/y")
    const bound = fc.oneof(amount, fc.record({ share: fc.nat(300).map((percent) => percent / 100) }))
    const bounds = fc.record({ min: bound, max: bound, minIfUsed: bound, pinned: fc.boolean() }, { requiredKeys: [] })
    const curve = fc.oneof(
      fc.record({ type: fc.constant("log" as const), scale: amount, rate: fc.constantFrom(1e-12, 1e-4, 1, 1e15) }),
      fc.record({ type: fc.constant("power" as const), scale: amount, exponent: fc.constantFrom(0.01, 0.5, 1) }),
      fc.record({ type: fc.constant("linear" as const), slope: amount }),
      fc.record({
        type: fc.constant("hill" as const),
        scale: amount,
        halfSaturation: fc.constant(5),
        slope: fc.constantFrom(0.5, 1, 2),
      }),
    )
    const positive = fc.constantFrom(1e-12, 0.5, 1, 100, 1e15)
    const objective = fc.oneof(
      fc.constant({ goal: "response" as const }),
      fc.record({ goal: fc.constant("profit" as const), valuePerResponse: positive }),
      fc.record({ goal: fc.constant("least-spend" as const), response: amount }),
      fc.record({ goal: fc.constantFrom("roi" as const, "marginal-roi" as const), target: positive }),
    )
    const request = fc.uniqueArray(channel, { minLength: 1 }).chain((channels) =>
      fc.record(
        {
          budget: fc.tuple(...channels.map(() => amount)).map((spends) => entries(channels, spends)),
          curves: fc.tuple(...channels.map(() => curve)).map((curves) => entries(channels, curves)),
          constraints: fc.record(
            {
              total: amount,
              spend: fc.constantFrom("exactly" as const, "at-most" as const),
              channels: fc.dictionary(fc.constantFrom(...channels), bounds),
              groups: fc.array(
                fc.record({ name: fc.string(), channels: fc.subarray(channels, { minLength: 1 }), min: bound }),
                { maxLength: 2 },
              ),
            },
            { requiredKeys: [] },
          ),
          objective,
        },
        { requiredKeys: ["budget", "curves"] },
      ),
    )
    const codes = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(request, async (body) => {
        const code = await outcome(body)
        codes.set(code, (codes.get(code) ?? 0) + 1)
      }),
      { numRuns: 1000 },
    )
    assert.ok((codes.get("optimal") ?? 0) > 50, JSON.stringify([...codes]))
  })
})

function entries<T>(names: readonly string[], values: readonly T[]): Record<string, T> {
  return Object.fromEntries(names.flatMap((name, index) => (index in values ? [[name, values[index] as T]] : [])))
}

/** What becomes of a body: the answer's status or the problem's code. An answer must survive JSON. */
async function outcome(body: unknown): Promise<string> {
  try {
    const request = checkRequest(body)
    const { json } = await computeAnswer({ database, cache, solver }, request, { stored: false })
    const answer = JSON.parse(json)
    // What is not a number would have become null
    const checked = checkAnswer(answer)
    assert.ok(checked.ok, JSON.stringify(checked))
    assert.deepEqual(Object.keys(answer.allocation).toSorted(), Object.keys(request.budget).toSorted())
    return answer.status
  } catch (error) {
    if (error instanceof ProblemError) return error.code
    throw error
  }
}
