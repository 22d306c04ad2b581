import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { metrics, runtimeMetrics } from "../../../app/contract/metrics.ts"
import { createMetrics } from "../../../app/server/metrics.ts"
import { latencies, requestsTotal } from "../../../infra/gateway/metrics.ts"
import { grafanaDashboard, observabilityOf } from "../../../infra/observability/index.ts"
import { ownQuery } from "../../../infra/plan/observers/watched.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { alertManager } from "../../../infra/targets/aws/alerts.ts"

const base = defaultSpec("production")
const whole = {
  ...base,
  edge: { ...base.edge, domain: "api.example.com" },
  backups: { ...base.backups, nightly: true },
}
const queriesOf = ({ panels, alerts }: ReturnType<typeof observabilityOf>) => [
  ...panels.flatMap(({ queries }) => queries.map(({ promql }) => promql)),
  ...alerts.map(({ promql }) => promql),
]

describe("what is watched", () => {
  test("is a panel for everything that the stack promises to show, each with a title of its own", () => {
    const titles = observabilityOf(whole).panels.map(({ title }) => title)
    assert.equal(new Set(titles).size, titles.length)
    for (const title of ["Request rate", "Latency", "Error rate", "Active optimizations", "Queue depth", "Queue age"])
      assert.ok(titles.includes(title), title)
    for (const title of ["Cache hits", "Database pool", "Nearest to a limit", "Certificate", "Last export"])
      assert.ok(titles.includes(title), title)
  })

  test("has no certificate without a domain, and no exports before a job makes them", () => {
    const { panels, alerts } = observabilityOf(base)
    assert.deepEqual(
      ["Certificate", "Last export"].filter((title) => panels.some((panel) => panel.title === title)),
      [],
    )
    assert.deepEqual(
      alerts.map(({ name }) => name),
      [
        "ErrorBudgetBurnsFast",
        "ErrorBudgetBurns",
        "ErrorBudgetLeaks",
        "RequestsAreSlow",
        "JobsWaitTooLong",
        "NoReplicaIsReady",
      ],
    )
  })

  test("follows the spec's thresholds", () => {
    const strict = { ...whole, alerts: { ...whole.alerts, availability: 0.99, queueAge: "300 seconds" as const } }
    const of = (spec: typeof whole, name: string) =>
      observabilityOf(spec).alerts.find((alert) => alert.name === name)?.promql ?? ""
    assert.match(of(whole, "ErrorBudgetBurnsFast"), /> 0\.0144 and .*> 0\.0144$/)
    assert.match(of(strict, "ErrorBudgetBurnsFast"), /> 0\.144 and .*> 0\.144$/)
    assert.match(of(strict, "JobsWaitTooLong"), /> 300$/)
  })

  test("asks for the stack's own series wherever it asks for one, and else for the same", () => {
    const all = queriesOf(observabilityOf(whole))
    const own = queriesOf(observabilityOf(whole, { labels: { namespace: "atlas-production" } }))
    assert.deepEqual(own.map(ownQuery), all)
    const ofTwo = queriesOf(observabilityOf(whole, { labels: { namespace: ["api", "worker"] } }))
    assert.deepEqual(
      ofTwo,
      own.map((query) => query.replaceAll('namespace="atlas-production"', 'namespace=~"api|worker"')),
    )
    assert.deepEqual(ofTwo.map(ownQuery), all)
    // By name, with or without a matcher: what the metrics are called stands in one place.
    const kong = [requestsTotal, latencies.gateway, latencies.upstream, latencies.request]
    const names = [...[...Object.values(metrics), ...kong].map(({ name }) => name), ...Object.values(runtimeMetrics)]
    const bare = new RegExp(`\\b(?:${names.join("|")})(?:_bucket)?\\b(?!\\{namespace="atlas-production")`)
    for (const query of own) assert.doesNotMatch(query, bare)
  })

  test("is served by the app: every metric by the name and labels that queries use", async () => {
    const pool = { total: 1, idle: 0, waiting: 0, size: 1 }
    const { registry } = createMetrics({
      queue: async () => ({ depth: 1, oldestSeconds: 1 }),
      pool: () => pool,
      threads: () => ({ solver: { busy: 1, waiting: 2, size: 3 } }),
      ready: async () => false,
      roles: ["optimizer"],
      concurrency: 7,
      memoryLimit: 9,
    })
    const served = registry.getMetricsAsArray().map(({ name }) => name)
    const own = Object.values(metrics).map(({ name }) => name)
    assert.deepEqual(
      own.filter((name) => !served.includes(name)),
      [metrics.backupSuccess.name],
    )
    for (const name of Object.values(runtimeMetrics)) assert.ok(served.includes(name), name)
    const text = await registry.metrics()
    for (const line of [
      'atlas_ready{role="optimizer"} 0',
      'thread_pool_threads{pool="solver",state="waiting"} 2',
      "api_requests_limit 7",
      "process_memory_limit_bytes 9",
    ])
      assert.ok(text.includes(`\n${line}\n`), line)
  })
})

describe("the dashboard in Grafana's JSON", () => {
  const { panels } = observabilityOf(whole)
  const board = grafanaDashboard(panels)

  test("has every panel and query, each panel in a place of its own within 24 columns", () => {
    assert.deepEqual(
      board.panels.map(({ title, targets }) => [title, targets.map(({ expr }) => expr)]),
      panels.map(({ title, queries }) => [title, queries.map(({ promql }) => promql)]),
    )
    const places = board.panels.map(({ gridPos: { x, y, w } }) => {
      assert.ok(x + w <= 24)
      return `${x},${y}`
    })
    assert.equal(new Set(places).size, panels.length)
    assert.equal(new Set(board.panels.map(({ id }) => id)).size, panels.length)
    for (const { targets } of board.panels) {
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length)
    }
  })

  test("asks whoever takes it for the data source", () => {
    const [variable] = board.templating.list
    assert.deepEqual([variable?.type, variable?.query], ["datasource", "prometheus"])
    for (const { datasource } of board.panels) assert.equal(datasource.uid, `$${variable?.name}`)
  })
})

test("the alert manager of AWS has no setting that AWS refuses", () => {
  // https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-alertmanager-receiver-config.html
  const text = alertManager("arn:aws:sns:eu-central-1:123456789012:alerts", "eu-central-1")
  assert.doesNotMatch(text, /api_url|http_config/)
  assert.match(text, /^alertmanager_config: \|/)
})
