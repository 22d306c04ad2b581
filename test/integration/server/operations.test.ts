import assert from "node:assert/strict"
import { once } from "node:events"
import { connect } from "node:net"
import { after, before, describe, it } from "node:test"
import { headers } from "../../../app/contract/headers.ts"
import { routes } from "../../../app/contract/routes.ts"
import { operatorKey, startApp, type TestApp } from "../../support/app.ts"
import { query, withPostgres } from "../../support/postgres.ts"

const body = { budget: { tv: 100, digital: 200 } }
const asOperator = { headers: { [headers.operatorKey]: operatorKey } }

describe("modes", () => {
  const postgres = withPostgres()
  let app: TestApp
  let other: TestApp
  before(async () => {
    app = await startApp(postgres.url())
    other = await startApp(postgres.url())
  })
  after(async () => {
    await app.close()
    await other.close()
  })

  const switchTo = async (mode: string) => {
    const answer = await app.ask("PUT", routes.mode, { ...asOperator, body: { mode } })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    // The other replica reads the row by itself, within its interval.
    while ((await other.ask("GET", routes.mode, asOperator)).body.mode !== mode) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  it("are the operator's alone to switch", async () => {
    assert.equal((await app.ask("PUT", routes.mode, { body: { mode: "maintenance" } })).status, 403)
    const wrong = { headers: { [headers.operatorKey]: "not-the-key" }, body: { mode: "maintenance" } }
    assert.equal((await app.ask("PUT", routes.mode, wrong)).status, 403)
    assert.equal((await app.ask("PUT", routes.mode, { ...asOperator, body: { mode: "off" } })).status, 400)
    assert.equal((await app.ask("GET", routes.mode, asOperator)).body.mode, "normal")
  })

  it("maintenance answers 503 with the guide's body on every replica, but for the health paths", async () => {
    await switchTo("maintenance")
    for (const replica of [app, other]) {
      const answer = await replica.ask("POST", routes.optimize, { body })
      assert.equal(answer.status, 503)
      assert.equal(answer.headers["retry-after"], "3600")
      assert.equal(answer.body.error, "Service temporarily unavailable for maintenance")
      assert.equal(answer.body.retry_after, 3600)
      assert.equal((await replica.ask("GET", `${routes.docs}/json`)).status, 503)
      for (const url of [routes.health, routes.ready, routes.metrics]) {
        assert.equal((await replica.ask("GET", url)).status, 200, url)
      }
    }
    await switchTo("normal")
    assert.equal((await other.ask("POST", routes.optimize, { body })).status, 200)
  })

  it("read-only answers reads and unstored optimizations, and refuses writes", async () => {
    const { body: kept } = await app.ask("POST", routes.optimize, { body })
    await switchTo("read-only")
    const model = { name: "new", curve: { type: "linear", slope: 1 } }
    assert.equal((await app.ask("POST", routes.optimize, { body: { ...body, store: false } })).status, 200)
    assert.equal((await app.ask("GET", `${routes.results}/${kept.id}`)).status, 200)
    assert.equal((await app.ask("POST", `${routes.models}/tv/predict`, { body: { spends: [1] } })).status, 200)
    const history = [1, 2, 3].map((spend) => ({ spend, response: 2 * spend }))
    assert.equal((await app.ask("POST", routes.fit, { body: { history } })).status, 200)
    for (const refused of [
      await app.ask("POST", routes.optimize, { body }),
      await app.ask("POST", routes.fit, { body: { history, name: "new" } }),
      await app.ask("POST", routes.models, { body: model }),
      await app.ask("DELETE", `${routes.results}/${kept.id}`),
      await other.ask("DELETE", `${routes.models}/tv`),
    ]) {
      assert.equal(refused.status, 503)
      assert.equal(refused.body.type, "/problems/read-only")
      assert.equal(refused.headers["retry-after"], "3600")
    }
    await switchTo("normal")
    assert.equal((await app.ask("DELETE", `${routes.results}/${kept.id}`)).status, 204)
  })

  it("leave an audit row, as every write does", async () => {
    await switchTo("read-only")
    await switchTo("normal")
    await app.ask("POST", routes.models, { body: { name: "audited", curve: { type: "linear", slope: 1 } } })
    const rows = await query<Record<string, unknown>>(
      postgres.url(),
      "SELECT action, subject, actor FROM audit ORDER BY id DESC LIMIT 3",
    )
    assert.deepEqual(rows, [
      { action: "model.created", subject: "audited@1", actor: "web-app" },
      { action: "mode.changed", subject: "normal", actor: "web-app" },
      { action: "mode.changed", subject: "read-only", actor: "web-app" },
    ])
  })
})

describe("idempotency keys", () => {
  const postgres = withPostgres()
  let app: TestApp
  before(async () => {
    app = await startApp(postgres.url())
  })
  after(() => app.close())
  const withKey = (key: string) => ({ headers: { [headers.idempotencyKey]: key } })

  it("carry a request out once and give its answer again", async () => {
    const first = await app.ask("POST", routes.optimize, { body, ...withKey("a") })
    const again = await app.ask("POST", routes.optimize, { body, ...withKey("a") })
    assert.equal(again.status, 200)
    assert.deepEqual(again.body, first.body)
    assert.equal(again.headers["idempotency-replayed"], "true")
    const rows = await query<Record<string, unknown>>(
      postgres.url(),
      `SELECT id FROM results WHERE id = '${first.body.id}'`,
    )
    assert.equal(rows.length, 1)
  })

  it("let one of many at once pass", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => app.ask("POST", routes.optimize, { body, ...withKey("b") })),
    )
    const ids = new Set(answers.filter(({ status }) => status === 200).map((answer) => answer.body.id))
    assert.equal(ids.size, 1)
    for (const { status } of answers) assert.ok(status === 200 || status === 409, String(status))
  })

  it("refuse another request, and are each consumer's own", async () => {
    await app.ask("POST", routes.optimize, { body, ...withKey("c") })
    const another = await app.ask("POST", routes.optimize, { body: { budget: { tv: 1 } }, ...withKey("c") })
    assert.equal(another.status, 422)
    assert.equal(another.body.type, "/problems/idempotency-mismatch")
    const stranger = await app.ask("POST", routes.optimize, {
      body: { budget: { tv: 1 } },
      headers: { ...withKey("c").headers, [headers.consumer]: "mobile-app" },
    })
    assert.equal(stranger.status, 200)
  })

  it("keep a refusal too, and refuse a key that is none", async () => {
    const infeasible = { budget: { tv: 1 }, constraints: { total: 1, channels: { tv: { min: 2 } } } }
    const first = await app.ask("POST", routes.optimize, { body: infeasible, ...withKey("d") })
    const again = await app.ask("POST", routes.optimize, { body: infeasible, ...withKey("d") })
    assert.equal(first.status, 422)
    assert.deepEqual(again.body, first.body)
    assert.equal((await app.ask("POST", routes.optimize, { body, ...withKey("x".repeat(256)) })).status, 400)
  })
})

describe("a server that closes", () => {
  const postgres = withPostgres()

  it("serves what a kept connection had begun to send, and closes the connection with the answer", async () => {
    const app = await startApp(postgres.url())
    const { server } = app.running
    const socket = connect(Number(new URL(app.running.url).port), "127.0.0.1").setEncoding("utf8")
    try {
      const request = `GET ${routes.models} HTTP/1.1\r\nHost: a\r\n${headers.consumer}: web-app\r\n\r\n`
      socket.write(request)
      const [first] = await once(socket, "data")
      assert.match(first, /^HTTP\/1\.1 200 /)
      let later = ""
      socket.on("data", (text: string) => {
        later += text
      })
      socket.write(request.slice(0, -2))
      // Read by the server, else the connection is an idle one to it
      await new Promise((resolve) => setTimeout(resolve, 100))
      const closed = app.close()
      while (server.server.listening) await new Promise((resolve) => setTimeout(resolve, 10))
      socket.write("\r\n")
      await once(socket, "close")
      await closed
      assert.match(later, /^HTTP\/1\.1 200 [\s\S]*\r\nconnection: close\r\n/i)
    } finally {
      socket.destroy()
      await app.close()
    }
  })
})

describe("debugging", () => {
  const postgres = withPostgres()

  it("shows the process's state only where DEBUG_MODE asks for it", async () => {
    const closed = await startApp(postgres.url())
    const open = await startApp(postgres.url(), { DEBUG_MODE: "true" })
    try {
      assert.equal((await closed.ask("GET", routes.debugStatus)).status, 404)
      const { status, body: state } = await open.ask("GET", routes.debugStatus)
      assert.equal(status, 200)
      assert.ok(state.memory.rss_mb > 10 && state.memory.percent > 0)
      assert.ok(state.cpu.percent >= 0 && (state.cpu.num_threads ?? 1) >= 1)
      assert.ok((state.open_files ?? 1) >= 1)
      assert.ok(state.connections >= 1, "its database connections")
      assert.ok(state.gc_stats.count >= 0 && state.uptime_seconds > 0)
    } finally {
      await closed.close()
      await open.close()
    }
  })
})

describe("bursts and capacity", () => {
  const postgres = withPostgres()

  it("hold each consumer to the contract's optimize burst, and say when to come again", async () => {
    // A rate of one token in 100 s: no refill can come while the test runs, however slow the machine is.
    const app = await startApp(postgres.url(), { OPTIMIZE_RATE: "0.01", OPTIMIZE_BURST: "3" })
    try {
      const ask = (name: string) => app.ask("POST", routes.optimize, { body, headers: { [headers.consumer]: name } })
      for (let count = 0; count < 3; count++) assert.equal((await ask("eager")).status, 200)
      const refused = await ask("eager")
      assert.equal(refused.status, 429)
      assert.equal(refused.body.type, "/problems/rate-limited")
      const seconds = Number(refused.headers["retry-after"])
      assert.ok(seconds > 200 && seconds <= 300, `Retry-After ${seconds}`)
      assert.equal((await ask("patient")).status, 200)
      assert.equal((await app.ask("GET", routes.models, { headers: { [headers.consumer]: "eager" } })).status, 200)
    } finally {
      await app.close()
    }
  })

  it("give a place back when its request ends", async () => {
    const app = await startApp(postgres.url())
    try {
      // More than the replica's capacity, one after the other: none is refused unless places leak.
      for (let count = 0; count < 150; count++) assert.equal((await app.ask("GET", routes.models)).status, 200)
      const crowd = await Promise.all(Array.from({ length: 150 }, () => app.ask("GET", routes.models)))
      const refused = crowd.filter(({ status }) => status === 503)
      assert.equal(refused.length, 50)
      assert.equal(refused[0]?.body.type, "/problems/overloaded")
      assert.equal((await app.ask("GET", routes.models)).status, 200)
    } finally {
      await app.close()
    }
  })
})
