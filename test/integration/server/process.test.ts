import assert from "node:assert/strict"
import { request } from "node:http"
import { describe, it } from "node:test"
import { headers } from "../../../app/contract/headers.ts"
import { routes } from "../../../app/contract/routes.ts"
import { idempotencyLimits } from "../../../app/data/idempotency.ts"
import { type BundleProcess, startBundle } from "../../support/bundle.ts"
import { query, withPostgres } from "../../support/postgres.ts"

const local = { HOST: "127.0.0.1", HTTP_PORT: "0" }
const asConsumer = { "Content-Type": "application/json", [headers.consumer]: "web-app" }

/** Where a process listens, from Fastify's own log line, once it is ready to work. */
async function urlOf(process: BundleProcess): Promise<string> {
  const listening = await process.line((line) => String(line.message).startsWith("Server listening at"))
  await process.line((line) => line.event_type === "prepared")
  return String(listening.message).replace("Server listening at ", "")
}

describe("a process of the bundle", () => {
  const postgres = withPostgres()
  const environment = () => ({ ...local, DATABASE_URL: postgres.url(), OPTIMIZE_BURST: "1000", OPTIMIZE_RATE: "1000" })

  it("says which variable stops it, and what a call must look like", async (t) => {
    const unset = await startBundle(t, "serve", {})
    assert.equal((await unset.exited).code, 2)
    assert.match(unset.errors(), /missing: DATABASE_URL/)
    const wrong = await startBundle(t, "dance" as "serve", environment())
    assert.equal((await wrong.exited).code, 2)
    assert.match(wrong.errors(), /Unknown command "dance". Usage: node atlas.js serve\|gate\|healthcheck/)
  })

  it("proves a release at the gate, storing nothing", async (t) => {
    const passed = await startBundle(t, "gate", environment())
    assert.deepEqual(await passed.exited, { code: 0, signal: null })
    assert.deepEqual(
      passed.lines.filter((line) => line.event_type === "gate").map((line) => line.step),
      ["health", "ready", "models", "optimize"],
    )
    const stored = await query(postgres.url(), "SELECT count(*)::integer AS count FROM results")
    assert.deepEqual(stored, [{ count: 0 }])
  })

  it("fits on a thread that runs a file of the bundle", async (t) => {
    const process = await startBundle(t, "serve", { ...environment(), ROLES: "models" })
    const history = [1, 2, 3, 4].map((spend) => ({ spend, response: (10 * spend) / (2 + spend) }))
    const answer = await fetch(`${await urlOf(process)}${routes.fit}`, {
      method: "POST",
      headers: asConsumer,
      body: JSON.stringify({ history, types: ["michaelis-menten"] }),
    })
    const { curve } = (await answer.json()) as { curve: { scale: number; halfSaturation: number } }
    assert.ok(Math.abs(curve.scale - 10) < 1e-5 && Math.abs(curve.halfSaturation - 2) < 1e-5, JSON.stringify(curve))
    assert.deepEqual(await process.end("SIGTERM"), { code: 0, signal: null })
  })

  it("ends with an error that waiting does not mend, at the gate and when it serves", async (t) => {
    const refused = new URL(postgres.url())
    refused.password = "not-its-password"
    for (const command of ["gate", "serve"] as const) {
      const ended = await startBundle(t, command, { ...environment(), DATABASE_URL: refused.href })
      assert.deepEqual(await ended.exited, { code: 1, signal: null })
      const said = JSON.stringify(ended.lines) + ended.errors()
      assert.match(said, /password authentication failed/)
      assert.equal(said.includes("not-its-password"), false, "the password is not repeated")
    }
  })

  it("ends when its port is taken, and leaves nothing open that would keep it alive", async (t) => {
    const first = await startBundle(t, "serve", { ...environment(), ROLES: "models" })
    const { port } = new URL(await urlOf(first))
    const second = await startBundle(t, "serve", { ...environment(), ROLES: "models", HTTP_PORT: port })
    assert.deepEqual(await second.exited, { code: 1, signal: null })
    assert.match(second.errors(), new RegExp(`EADDRINUSE.*${port}`))
    assert.equal((await first.end("SIGTERM")).code, 0)
  })

  it("answers its own health check, and ends cleanly on SIGTERM with every request under way answered", async (t) => {
    const serving = await startBundle(t, "serve", { ...environment(), ROLES: "optimizer,models,results" })
    const url = await urlOf(serving)
    const check = await startBundle(t, "healthcheck", { ...environment(), HTTP_PORT: new URL(url).port })
    assert.equal((await check.exited).code, 0)

    // The body is half sent when the signal comes: the request has begun and must be answered.
    const body = JSON.stringify({ budget: { tv: 100, digital: 200 } })
    const open = request(`${url}${routes.optimize}`, {
      method: "POST",
      headers: { ...asConsumer, "Content-Length": Buffer.byteLength(body) },
    })
    const answered = new Promise<number | undefined>((resolve, reject) => {
      open.once("response", (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      open.once("error", reject)
    })
    open.write(body.slice(0, 10))
    await serving.line((line) => line.event_type === "prepared")
    await new Promise((resolve) =>
      open.once("socket", (socket) => (socket.connecting ? socket.once("connect", resolve) : resolve(undefined))),
    )
    serving.child.kill("SIGTERM")
    await serving.line((line) => line.message === "Draining")
    open.end(body.slice(10))
    assert.equal(await answered, 200)
    assert.deepEqual(await serving.exited, { code: 0, signal: null })
    const nobody = await startBundle(t, "healthcheck", { ...environment(), HTTP_PORT: new URL(url).port })
    assert.equal((await nobody.exited).code, 1)
  })

  it("finishes a job once whose worker was killed with -9", async (t) => {
    const api = await startBundle(t, "serve", { ...environment(), ROLES: "optimizer,models,results" })
    const url = await urlOf(api)
    const first = await startBundle(t, "serve", { ...environment(), ROLES: "worker" })
    await urlOf(first)
    const accepted = await fetch(`${url}${routes.optimize}`, {
      method: "POST",
      headers: { ...asConsumer, Prefer: "respond-async" },
      // A spend that no other test asks for tells this job's results from theirs.
      body: JSON.stringify({ budget: { tv: 700, digital: 77 } }),
    })
    assert.equal(accepted.status, 202)
    const job = (await accepted.json()) as { id: string }
    await first.end("SIGKILL")
    const second = await startBundle(t, "serve", { ...environment(), ROLES: "worker" })
    const ended = await untilEnded(`${url}${routes.jobs}/${job.id}`)
    assert.equal(ended.status, "succeeded")
    const rows = await query(postgres.url(), "SELECT id FROM results WHERE answer->'totals'->'today'->>'spend' = '777'")
    assert.deepEqual(rows, [{ id: ended.resultId }])
    assert.equal((await second.end("SIGTERM")).code, 0)
    assert.equal((await api.end("SIGTERM")).code, 0)
  })

  it("carries out a request once whose process was killed with -9, when it is sent again to others", async (t) => {
    const roles = { ...environment(), ROLES: "optimizer,models,results" }
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => startBundle(t, "serve", roles)))
    assert.ok(first && second && third)
    const urls = await Promise.all([second, third].map(urlOf))
    // A search that ends at its limit: it is under way when its process is killed
    const names = Array.from({ length: 8 }, (_, i) => `killed${i}`)
    const exposure = { adstock: { type: "geometric", retention: 0.5, periods: 4 } }
    const curve = { type: "hill", scale: 100, halfSaturation: 20, slope: 3, exposure }
    const body = JSON.stringify({
      budget: Object.fromEntries(names.map((name, i) => [name, 10 + i])),
      curves: Object.fromEntries(names.map((name, i) => [name, { ...curve, halfSaturation: 20 + i }])),
      periods: { count: 26 },
      timeLimit: 3,
    })
    const send = (url: string) =>
      fetch(`${url}${routes.optimize}`, {
        method: "POST",
        headers: { ...asConsumer, [headers.idempotencyKey]: "killed" },
        body,
      })
    const broken = assert.rejects(send(await urlOf(first)))
    const beaten = "SELECT 1 FROM idempotency WHERE key = 'killed' AND beat_at > started_at"
    while ((await query(postgres.url(), beaten)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    // Slow, and alive
    assert.deepEqual(await Promise.all(urls.map(async (url) => (await send(url)).status)), [409, 409])
    await first.end("SIGKILL")
    await broken
    const killed = performance.now()
    const statuses: number[] = []
    while (!statuses.includes(200)) {
      const answers = await Promise.all(urls.map(send))
      for (const answer of answers) {
        statuses.push(answer.status)
        assert.ok([200, 409].includes(answer.status), await answer.text())
      }
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const seconds = (performance.now() - killed) / 1000
    assert.ok(seconds < idempotencyLimits.silentSeconds + 20, `${seconds} s`)
    assert.ok(statuses.length > 4, "it was held off while the silence was short")
    const replayed = await Promise.all(urls.map(async (url) => (await send(url)).headers.get("idempotency-replayed")))
    assert.deepEqual(replayed, ["true", "true"])
    const rows = await query(postgres.url(), "SELECT 1 FROM results WHERE answer->'allocation' ? 'killed0'")
    assert.equal(rows.length, 1)
    t.diagnostic(`answered ${seconds.toFixed(1)} s after the kill`)
    assert.deepEqual(await Promise.all([second.end("SIGTERM"), third.end("SIGTERM")]), [
      { code: 0, signal: null },
      { code: 0, signal: null },
    ])
  })

  it("solves a large linear program on a thread of the bundle", async (t) => {
    const api = await startBundle(t, "serve", { ...environment(), ROLES: "optimizer,models,results" })
    const url = await urlOf(api)
    const names = Array.from({ length: 40 }, (_, index) => `c${index}`)
    const body = {
      budget: Object.fromEntries(names.map((name) => [name, 10])),
      curves: Object.fromEntries(names.map((name, index) => [name, { type: "log", scale: index + 1, rate: 0.1 }])),
      constraints: { groups: [{ name: "half", channels: names.slice(0, 20), min: 150 }] },
      store: false,
    }
    const answer = await fetch(`${url}${routes.optimize}`, {
      method: "POST",
      headers: asConsumer,
      body: JSON.stringify(body),
    })
    const solved = (await answer.json()) as { method: string; gap: number; constraints: { value: number }[] }
    assert.equal(answer.status, 200, JSON.stringify(solved))
    assert.equal(solved.method, "lp")
    assert.ok(solved.gap <= 1e-6)
    assert.ok((solved.constraints[0]?.value ?? 0) >= 150 * (1 - 1e-9))
    assert.equal((await api.end("SIGTERM")).code, 0)
  })
})

async function untilEnded(url: string): Promise<{ status: string; resultId: string }> {
  for (;;) {
    const answer = await fetch(url, { headers: { [headers.consumer]: "web-app" } })
    const job = (await answer.json()) as { status: string; resultId: string }
    if (job.status !== "queued" && job.status !== "running") return job
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
