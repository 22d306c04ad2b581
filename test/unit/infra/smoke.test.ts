import assert from "node:assert/strict"
import { createServer, type Server } from "node:http"
import { afterEach, test } from "node:test"
import { stripVTControlCharacters } from "node:util"
import { renderChecks } from "../../../infra/cli/render.ts"
import { smokeTest } from "../../../infra/cli/smoke.ts"

interface Received {
  method: string | undefined
  url: string | undefined
  key: string | string[] | undefined
  body: string
}

let server: Server | undefined
afterEach(async () => {
  server?.closeAllConnections()
  if (server?.listening) await new Promise((resolve) => server?.close(resolve))
})

/** A stack that answers each path as told; what it was asked is recorded. */
async function startStack(
  answers: Record<string, { status: number; body?: unknown; headers?: Record<string, string> }>,
) {
  const received: Received[] = []
  server = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += chunk
    received.push({ method: request.method, url: request.url, key: request.headers["x-api-key"], body })
    const answer = answers[request.url ?? ""] ?? { status: 404 }
    response.writeHead(answer.status, answer.headers).end(answer.body === undefined ? "" : JSON.stringify(answer.body))
  })
  const listening = server
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve))
  const address = listening.address()
  assert.ok(address !== null && typeof address === "object")
  return { url: `http://127.0.0.1:${address.port}`, received }
}

const good = {
  "/health": { status: 200 },
  "/api/v1/models": { status: 200 },
  "/api/v1/optimize": { status: 201, body: { allocation: { tv: 100_000.1, digital: 199_999.9 } } },
}

test("a good stack passes, and is asked what the guide asks, with the key", async () => {
  const { url, received } = await startStack(good)
  const checks = await smokeTest(url, "the-key")
  assert.deepEqual(
    checks.map(({ request, passed, status }) => [request, passed, status]),
    [
      ["GET /health", true, 200],
      ["GET /api/v1/models", true, 200],
      ["POST /api/v1/optimize", true, 201],
    ],
  )
  assert.deepEqual(
    received.map(({ method, url: path, key }) => [method, path, key]),
    [
      ["GET", "/health", "the-key"],
      ["GET", "/api/v1/models", "the-key"],
      ["POST", "/api/v1/optimize", "the-key"],
    ],
  )
  assert.deepEqual(JSON.parse(received[2]?.body ?? ""), {
    budget: { tv: 100_000, digital: 200_000 },
    constraints: { total: 300_000 },
  })
  assert.ok(!JSON.stringify(checks).includes("the-key"))
})

test("a stack below a path is asked there", async () => {
  const { url, received } = await startStack({})
  await smokeTest(`${url}/atlas/`)
  assert.deepEqual(
    received.map(({ url: path }) => path),
    ["/atlas/health", "/atlas/api/v1/models", "/atlas/api/v1/optimize"],
  )
})

for (const [what, answer, detail] of [
  [
    "an allocation that misses the total",
    { status: 200, body: { allocation: { tv: 299_999 } } },
    "the allocation adds up to 299999 where the total is 300000",
  ],
  [
    "an allocation that is no amount",
    { status: 200, body: { allocation: { tv: "300000" } } },
    "the answer has no allocation of amounts by channel",
  ],
  ["no allocation", { status: 200, body: {} }, "the answer has no allocation of amounts by channel"],
  ["an empty answer", { status: 200 }, "the answer has no allocation of amounts by channel"],
  ["an error", { status: 503, body: { title: "Down" } }, 'expected 200 or 201; it says: {"title":"Down"}'],
  ["a stack that asks for a key", { status: 401 }, "expected 200 or 201; give an API key with --key or ATLAS_KEY"],
  [
    "a redirect",
    { status: 301, headers: { location: "https://atlas.example.com/" } },
    "expected 200 or 201; it redirects to https://atlas.example.com/: use that address",
  ],
] as const) {
  test(`${what} fails, and says so`, async () => {
    const { url } = await startStack({ ...good, "/api/v1/optimize": answer })
    const checks = await smokeTest(url)
    assert.deepEqual(
      checks.map(({ passed }) => passed),
      [true, true, false],
    )
    assert.equal(checks[2]?.detail, detail)
  })
}

test("models may ask for a key, health may not", async () => {
  const { url } = await startStack({ ...good, "/api/v1/models": { status: 401 }, "/health": { status: 401 } })
  const checks = await smokeTest(url)
  assert.deepEqual(
    checks.map(({ passed }) => passed),
    [false, true, true],
  )
})

test("a key that is not known is told from one that is not given", async () => {
  const { url } = await startStack({ ...good, "/api/v1/optimize": { status: 401 } })
  const checks = await smokeTest(url, "the-key")
  assert.equal(checks[2]?.detail, "expected 200 or 201; the key is not known there")
})

test("what is no http URL is refused", async () => {
  for (const url of ["atlas.example.com", "ftp://atlas.example.com", ""]) {
    await assert.rejects(smokeTest(url), /is no URL of a stack: write it with http:\/\/ or https:\/\//)
  }
})

test("the table has a line for each check", () => {
  const check = { name: "health", request: "GET /health", milliseconds: 12 }
  const table = renderChecks([
    { ...check, passed: true, status: 200, detail: "alive" },
    { ...check, passed: false, status: undefined, detail: "no answer within 10 s" },
  ])
  assert.equal(
    stripVTControlCharacters(table),
    "  ✓ GET /health  200      12 ms  alive\n  ✗ GET /health  none     12 ms  no answer within 10 s\n",
  )
})
