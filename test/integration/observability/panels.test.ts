import assert from "node:assert/strict"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { after, before, describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { createServer } from "node:tls"
import { httpRoles, workRoles } from "../../../app/contract/roles.ts"
import { routes } from "../../../app/contract/routes.ts"
import { firstRequest, smokeTest } from "../../../infra/cli/smoke.ts"
import { observabilityOf, renderRules } from "../../../infra/observability/index.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { type Answered, startApp, type TestApp } from "../../support/app.ts"
import { selfSigned } from "../../support/certificate.ts"
import { withoutCommand } from "../../support/command.ts"
import { startPostgres, type TestPostgres } from "../../support/postgres.ts"
import { startPrometheus, type TestPrometheus } from "../../support/prometheus.ts"
import { startLocalGateway } from "../gateway/local-gateway.ts"
import { configFor, type RunningGateway } from "../gateway/subject.ts"

const DAY_MS = 86_400_000

describe("the dashboard and the alerts of a running stack", {
  skip: withoutCommand("prometheus"),
  timeout: 60_000,
}, () => {
  const base = defaultSpec("development")
  const edge = createServer(selfSigned("localhost", new Date(Date.now() + 60 * DAY_MS)))
  let postgres: TestPostgres
  let apps: readonly TestApp[]
  let gateway: RunningGateway
  let prometheus: TestPrometheus
  let observability: ReturnType<typeof observabilityOf>

  before(async () => {
    await once(edge.listen(0, "127.0.0.1"), "listening")
    const domain = `localhost:${(edge.address() as AddressInfo).port}`
    observability = observabilityOf({ ...base, edge: { ...base.edge, domain } })
    postgres = await startPostgres()
    const start = (roles: readonly string[]) =>
      startApp(postgres.url, { ROLES: roles.join(","), DOMAIN: domain, AUTH: "none" })
    apps = await Promise.all([start(httpRoles), start(workRoles)])
    const [api] = apps
    const port = Number(new URL(api?.running.url ?? "").port)
    const entry = await startLocalGateway(configFor({ host: "127.0.0.1", port }, { authentication: "app" }))
    gateway = entry
    const targets = [...apps.map(({ running }) => running.url), entry.statusUrl].map((url) => new URL(url).host)
    prometheus = await startPrometheus(targets, renderRules(observability.alerts))
  })
  after(async () => {
    await prometheus?.close()
    await gateway?.stop()
    await Promise.all((apps ?? []).map((app) => app.close()))
    await postgres?.close()
    edge.close()
  })

  /** The queries that give no number yet. */
  async function silent(): Promise<readonly string[]> {
    const queries = observability.panels.flatMap(({ title, queries }) =>
      queries.map(({ promql }) => ({ title, promql })),
    )
    const answers = await Promise.all(queries.map(({ promql }) => prometheus.query(promql)))
    return queries
      .filter((_, index) => !answers[index]?.some(Number.isFinite))
      .map(({ title, promql }) => `${title}: ${promql}`)
  }

  it("has data in every panel after the smoke tests and a job", async () => {
    const [api] = apps
    assert.ok(api)
    let missing = await silent()
    assert.ok(missing.length > 0, "before a request the panels of requests are empty")
    for (let round = 0; round < 20 && missing.length > 0; round++) {
      const checks = await smokeTest(gateway.url)
      assert.deepEqual(
        checks.filter(({ passed }) => !passed),
        [],
      )
      const accepted: Answered = await api.ask("POST", routes.optimize, {
        body: firstRequest,
        headers: { Prefer: "respond-async" },
      })
      assert.equal(accepted.status, 202)
      // Two collections apart, for a rate needs two.
      await delay(1200)
      missing = await silent()
    }
    assert.deepEqual(missing, [])
  })

  it("shows what is so", async () => {
    const value = async (title: string) => {
      const panel = observability.panels.find((one) => one.title === title)
      return prometheus.query(panel?.queries[0]?.promql ?? "")
    }
    assert.deepEqual(await value("Ready replicas"), [1])
    assert.deepEqual(await value("Error rate"), [0])
    const answers = observability.panels.find(({ title }) => title === "Gateway answers")?.queries ?? []
    const [served = 0, own = -1] = await Promise.all(
      ["2xx", "the gateway's own"].map(async (legend) => {
        const [rate] = await prometheus.query(answers.find((query) => query.legend === legend)?.promql ?? "")
        return rate
      }),
    )
    assert.ok(served > 0, String(served))
    assert.equal(own, 0)
    const [inside = -1] = await value("Time in the gateway")
    const [behind = 0] = await value("Time behind the gateway")
    // The app optimizes in milliseconds; the gateway's rules take less than Kong's largest bucket but one.
    assert.ok(inside > 0 && inside < 0.5, String(inside))
    assert.ok(behind > 0 && behind < 2, String(behind))
    const [days = 0] = await value("Certificate")
    assert.ok(days > 59.9 && days < 60, String(days))
    const [requests = 0] = await value("Nearest to a limit")
    assert.ok(requests >= 0 && requests <= 0.02, String(requests))
  })

  it("loads every alert, and none fires", async () => {
    const rules = await prometheus.rules()
    assert.deepEqual(
      rules.map(({ name, state, health, lastError = "" }) => ({ name, state, health, lastError })),
      observability.alerts.map(({ name }) => ({ name, state: "inactive", health: "ok", lastError: "" })),
    )
  })

  it("tells that no replica is ready once none answers", async () => {
    const [api] = apps
    await api?.close()
    apps = apps.slice(1)
    const state = async () => (await prometheus.rules()).find(({ name }) => name === "NoReplicaIsReady")?.state
    for (let round = 0; round < 50 && (await state()) !== "pending"; round++) await delay(200)
    assert.equal(await state(), "pending")
  })
})
