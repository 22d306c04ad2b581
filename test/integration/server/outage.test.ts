import assert from "node:assert/strict"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { after, before, describe, it } from "node:test"
import { routes } from "../../../app/contract/routes.ts"
import { startApp, type TestApp } from "../../support/app.ts"
import { freePort } from "../../support/ports.ts"
import { startPostgres, startServer, type TestPostgres } from "../../support/postgres.ts"
import { withAppOn } from "../../support/served-app.ts"

const stored = { budget: { tv: 100, digital: 200 } }
const unstored = {
  budget: { a: 1, b: 2 },
  curves: { a: { type: "log", scale: 1, rate: 1 }, b: { type: "log", scale: 2, rate: 1 } },
  store: false,
}

describe("with Postgres gone", () => {
  const served = withAppOn(startServer)

  it("answers 503 with Retry-After, stays alive, and recovers by itself", async () => {
    const { app, postgres } = served
    assert.equal((await app.ask("POST", routes.optimize, { body: stored })).status, 200)
    await postgres.stop()
    for (const answer of [
      await app.ask("POST", routes.optimize, { body: stored }),
      await app.ask("GET", routes.models),
      await app.ask("GET", routes.results),
    ]) {
      assert.equal(answer.status, 503)
      assert.equal(answer.body.type, "/problems/database-unavailable")
      assert.ok(Number(answer.headers["retry-after"]) > 0)
      assert.equal(JSON.stringify(answer.body).includes("ECONNREFUSED"), false, "the driver's words stay inside")
    }
    const ready = await app.ask("GET", routes.ready)
    assert.equal(ready.status, 503)
    assert.deepEqual(ready.body, { ready: false, checks: { database: false, redis: false, models: false } })
    assert.equal((await app.ask("GET", routes.health)).status, 200)
    assert.equal((await app.ask("POST", routes.optimize, { body: unstored })).status, 200, "needs no database")
    assert.equal((await app.ask("GET", routes.metrics)).status, 200)

    await postgres.start()
    assert.equal((await app.ask("GET", routes.ready)).status, 200)
    assert.equal((await app.ask("POST", routes.optimize, { body: stored })).status, 200)
  })

  it("starts while the database is away, and becomes ready when it is back", async () => {
    const { postgres } = served
    await postgres.stop()
    const late = await startApp(postgres.url, {}, { wait: false })
    try {
      assert.equal((await late.ask("GET", routes.health)).status, 200)
      assert.equal((await late.ask("GET", routes.ready)).status, 503)
      await postgres.start()
      await late.running.prepared
      assert.equal((await late.ask("GET", routes.ready)).status, 200)
    } finally {
      await late.close()
    }
  })
})

describe("with Redis gone", { skip: hasRedis() ? false : "redis-server is not on PATH" }, () => {
  let postgres: TestPostgres
  let redis: ChildProcess
  let port: number
  let app: TestApp

  before(async () => {
    postgres = await startPostgres()
    port = await freePort()
    redis = await startRedis(port)
    app = await startApp(postgres.url, { REDIS_URL: `redis://127.0.0.1:${port}` })
  })
  after(async () => {
    await app?.close()
    redis?.kill("SIGKILL")
    await postgres?.close()
  })

  it("goes on optimizing and says so in its readiness, and takes Redis up again", async () => {
    const checks = async () => (await app.ask("GET", routes.ready)).body
    assert.deepEqual(await checks(), { ready: true, checks: { database: true, redis: true, models: true } })
    const exited = once(redis, "exit")
    redis.kill("SIGKILL")
    await exited
    assert.equal((await app.ask("POST", routes.optimize, { body: stored })).status, 200)
    const without = await app.ask("GET", routes.ready)
    assert.equal(without.status, 200)
    assert.deepEqual(without.body, { ready: true, checks: { database: true, redis: false, models: true } })
    redis = await startRedis(port)
    while (!(await checks()).checks.redis) await new Promise((resolve) => setTimeout(resolve, 50))
    const body = { budget: { tv: 11, digital: 12 }, method: "lp" }
    await app.ask("POST", routes.optimize, { body })
    assert.equal((await app.ask("POST", routes.optimize, { body })).body.cached, true)
  })

  it("still holds a consumer to its bursts", async () => {
    const limited = await startApp(postgres.url, {
      REDIS_URL: "redis://127.0.0.1:1",
      OPTIMIZE_RATE: "0.01",
      OPTIMIZE_BURST: "2",
    })
    try {
      const statuses = []
      for (let count = 0; count < 3; count++) {
        statuses.push((await limited.ask("POST", routes.optimize, { body: stored })).status)
      }
      assert.deepEqual(statuses, [200, 200, 429])
    } finally {
      await limited.close()
    }
  })
})

function hasRedis(): boolean {
  return spawnSync("redis-server", ["--version"]).status === 0
}

async function startRedis(port: number): Promise<ChildProcess> {
  const child = spawn("redis-server", [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
  ])
  let output = ""
  for await (const chunk of child.stdout) {
    output += chunk
    if (output.includes("Ready to accept connections")) break
  }
  child.stdout.resume()
  return child
}
