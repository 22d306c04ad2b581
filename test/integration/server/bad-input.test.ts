import assert from "node:assert/strict"
import { describe, it } from "node:test"
import fc from "fast-check"
import { routes } from "../../../app/contract/routes.ts"
import { service } from "../../../app/contract/service.ts"
import { PROBLEM_TYPE } from "../../../app/server/plugins/problem-details.ts"
import type { Answered } from "../../support/app.ts"
import { withApp } from "../../support/served-app.ts"

/** A request that is wrong in one way, and what must be said of it. */
interface BadCase {
  readonly name: string
  readonly body: unknown
  readonly status: number
  readonly code: string
  readonly path?: string
}

const budget = { tv: 100, digital: 200 }

const cases: readonly BadCase[] = [
  { name: "broken JSON", body: '{"budget": {', status: 400, code: "bad-request" },
  { name: "no body", body: "", status: 400, code: "bad-request" },
  { name: "a list", body: [], status: 400, code: "invalid-body", path: "" },
  { name: "no budget", body: {}, status: 400, code: "invalid-body", path: "" },
  { name: "an empty budget", body: { budget: {} }, status: 400, code: "invalid-body", path: "/budget" },
  { name: "a member that is not known", body: { budget, plan: 1 }, status: 400, code: "invalid-body", path: "/plan" },
  { name: "a poisoned prototype", body: '{"__proto__": {"budget": 1}}', status: 400, code: "bad-request" },
  {
    name: "an unknown channel",
    body: { budget: { zeppelin: 1 } },
    status: 422,
    code: "unknown-model",
    path: "/budget/zeppelin",
  },
  { name: "NaN", body: '{"budget": {"tv": NaN}}', status: 400, code: "bad-request" },
  { name: "a number in quotes", body: { budget: { tv: "5" } }, status: 400, code: "invalid-body", path: "/budget/tv" },
  { name: "null", body: { budget: { tv: null } }, status: 400, code: "invalid-body", path: "/budget/tv" },
  { name: "a negative number", body: { budget: { tv: -1 } }, status: 400, code: "invalid-body", path: "/budget/tv" },
  {
    name: "an infinite number",
    body: '{"budget": {"tv": 1e999}}',
    status: 400,
    code: "invalid-body",
    path: "/budget/tv",
  },
  { name: "a huge number", body: { budget: { tv: 1e300 } }, status: 400, code: "invalid-body", path: "/budget/tv" },
  {
    name: "a minimum above its maximum",
    body: { budget, constraints: { channels: { tv: { min: 5, max: 4 } } } },
    status: 400,
    code: "invalid-body",
    path: "/constraints/channels/tv/min",
  },
  {
    name: "a bound of a channel that is not there",
    body: { budget, constraints: { channels: { radio: { min: 5 } } } },
    status: 400,
    code: "invalid-body",
    path: "/constraints/channels/radio",
  },
  { name: "an unknown method", body: { budget, method: "magic" }, status: 400, code: "invalid-body", path: "/method" },
  {
    name: "an unknown goal",
    body: { budget, objective: { goal: "fame" } },
    status: 400,
    code: "invalid-body",
    path: "/objective/goal",
  },
  {
    name: "a curve of another kind",
    body: { budget, curves: { tv: { type: "bezier" } } },
    status: 400,
    code: "invalid-body",
    path: "/curves/tv/type",
  },
  {
    name: "a curve whose member is wrong",
    body: { budget, curves: { tv: { type: "linear", slope: "steep" } } },
    status: 400,
    code: "invalid-body",
    path: "/curves/tv/slope",
  },
  {
    name: "an infeasible total",
    body: { budget, constraints: { total: 10, channels: { tv: { min: 50 } } } },
    status: 422,
    code: "infeasible",
  },
  {
    name: "a name that is another object's member",
    body: { budget: { constructor: 5 } },
    status: 422,
    code: "unknown-model",
  },
  { name: "a NUL in a name", body: { budget: { "t\u0000v": 5 } }, status: 400, code: "invalid-body" },
]

describe("bad input", () => {
  const served = withApp()

  for (const bad of cases) {
    it(`${bad.name} is ${bad.status} ${bad.code}`, async () => {
      const answer = await served.app.ask("POST", routes.optimize, { body: bad.body })
      assertProblem(answer, bad.status, bad.code)
      if (bad.path === undefined) return
      const paths = answer.body.errors.map((error: { path: string }) => error.path)
      assert.ok(paths.includes(bad.path), `${JSON.stringify(paths)} has ${bad.path}`)
    })
  }

  it("reports every problem of a body at once", async () => {
    const body = { budget: { tv: -1, digital: "x" }, method: "magic", extra: true }
    const answer = await served.app.ask("POST", routes.optimize, { body })
    assert.deepEqual(answer.body.errors.map((error: { path: string }) => error.path).sort(), [
      "/budget/digital",
      "/budget/tv",
      "/extra",
      "/method",
    ])
  })

  it("names the constraints that conflict", async () => {
    const body = { budget, constraints: { total: 10, channels: { tv: { min: 50 } } } }
    const answer = await served.app.ask("POST", routes.optimize, { body })
    assert.deepEqual([...answer.body.conflicts].sort(), ["/constraints/channels/tv/min", "/constraints/total"])
  })

  it("refuses another content type, and a body over the limit", async () => {
    const text = await served.app.ask("POST", routes.optimize, {
      body: "budget=1",
      headers: { "Content-Type": "text/plain" },
    })
    assertProblem(text, 415, "unsupported-media-type")
    const large = " ".repeat(service.bodyLimitMebibytes * 1024 * 1024 + 1)
    assertProblem(await served.app.ask("POST", routes.optimize, { body: large }), 413, "body-too-large")
  })

  it("says what is wrong with a parameter", async () => {
    const limit = await served.app.ask("GET", `${routes.results}?limit=0`)
    assertProblem(limit, 400, "invalid-parameter")
    assert.equal(limit.body.errors[0].path, "limit")
    assertProblem(await served.app.ask("GET", `${routes.results}?cursor=nonsense`), 400, "invalid-parameter")
    assertProblem(await served.app.ask("GET", `${routes.models}/UPPER`), 400, "invalid-parameter")
    assertProblem(await served.app.ask("GET", `${routes.models}/tv/versions/99`), 404, "not-found")
    assertProblem(await served.app.ask("GET", `${routes.jobs}/not-an-id`), 404, "not-found")
    assertProblem(await served.app.ask("GET", "/api/v2/optimize"), 404, "not-found")
  })

  it("never answers 5xx, and writes nothing, whatever the body", async () => {
    const before = (await served.app.ask("GET", `${routes.results}?limit=200`)).body.items.length
    let sent = 0
    await fc.assert(
      fc.asyncProperty(badBody, async (body) => {
        sent += 1
        const answer = await served.app.ask("POST", routes.optimize, { body })
        assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} to ${JSON.stringify(body)}`)
        assert.equal(answer.headers["content-type"], PROBLEM_TYPE)
      }),
      { numRuns: 2000, seed: 20_260_101 },
    )
    assert.ok(sent >= 2000)
    assert.equal((await served.app.ask("GET", `${routes.results}?limit=200`)).body.items.length, before)
    assert.equal((await served.app.ask("GET", routes.health)).status, 200)
  })
})

function assertProblem(answer: Answered, status: number, code: string): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.equal(answer.headers["content-type"], PROBLEM_TYPE)
  assert.equal(answer.body.type, `/problems/${code}`)
  assert.equal(answer.body.status, status)
  assert.ok(answer.body.title.length > 0 && answer.body.detail.length > 0)
}

/** Bodies that are wrong by construction: any JSON that is no request, and good requests with one thing broken. */
const notANumber = fc.oneof(
  fc.string(),
  fc.constant(null),
  fc.boolean(),
  fc.array(fc.nat()),
  fc.double({ max: -1e-9, noNaN: true }),
)
const good = () => ({ budget: { tv: 100, digital: 200 }, constraints: { total: 300 } })
const badBody = fc.oneof(
  fc.json().filter((text) => !text.includes('"budget"')),
  fc.string().filter((text) => !isJson(text)),
  notANumber.map((value) => ({ ...good(), budget: { tv: value } })),
  notANumber.map((value) => ({ ...good(), constraints: { total: value } })),
  fc.string({ minLength: 1 }).map((name) => ({ ...good(), [`x${name}`]: 1 })),
  fc.string().map((name) => ({ ...good(), budget: { [`no model ${name}`]: 5 } })),
  fc.anything().map((value) => ({ ...good(), objective: { goal: "none", value } })),
  fc.record({ min: fc.double({ min: 301, max: 1e12, noNaN: true }) }).map((tv) => ({
    budget: { tv: 1, digital: 1 },
    constraints: { total: 300, channels: { tv } },
  })),
  fc.anything().map((value) => ({ ...good(), curves: { tv: { type: "hill", scale: value } } })),
  fc.array(fc.anything(), { minLength: 1, maxLength: 5 }).map((groups) => ({ ...good(), constraints: { groups } })),
)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
