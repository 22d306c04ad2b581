import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { stringify } from "yaml"
import { metrics } from "../../../app/contract/metrics.ts"
import { routes } from "../../../app/contract/routes.ts"
import { requestsTotal, routeNames, sources } from "../../../infra/gateway/metrics.ts"
import { annotationsOf, observabilityOf, renderRules } from "../../../infra/observability/index.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { withoutCommand } from "../../support/command.ts"

/** A production with everything that an alert can watch. */
const base = defaultSpec("production")
const spec = {
  ...base,
  edge: { ...base.edge, domain: "api.example.com" },
  backups: { ...base.backups, nightly: true },
}
const { alerts } = observabilityOf(spec)

/** Values of a series, one a minute, in promtool's notation: a start, a step and how often it is taken. */
interface Series {
  readonly series: string
  readonly values: string
}

/** What is so, and which alerts fire at the end of it. */
interface Case {
  readonly what: string
  readonly given: readonly Series[]
  readonly at: string
  readonly fires: readonly string[]
}

const requests = (status: string, values: string): Series => ({
  series: `${metrics.httpRequests.name}{route="${routes.optimize}",method="POST",status="${status}"}`,
  values,
})
const answers = (route: string, source: string, code: string, values: string): Series => ({
  series: `${requestsTotal.name}{route="${route}",source="${source}",code="${code}"}`,
  values,
})
const bucket = (le: string, values: string): Series => ({
  series: `${metrics.httpDuration.name}_bucket{route="${routes.optimize}",method="POST",le="${le}"}`,
  values,
})
const probe = (status: string, values: string): Series => ({
  series: `${metrics.httpRequests.name}{route="${routes.ready}",method="GET",status="${status}"}`,
  values,
})

/** What keeps every other alert quiet. */
const DAY = 86_400
const ready: Series = { series: `${metrics.ready.name}{role="optimizer",instance="a"}`, values: "1x6000" }
const certificate: Series = {
  series: `${metrics.certificateExpiry.name}{domain="api.example.com"}`,
  values: `${60 * DAY}x6000`,
}
const exported: Series = { series: metrics.backupSuccess.name, values: "0+60x6000" }
const well = [ready, certificate, exported]
const without = (one: Series) => well.filter((series) => series !== one)

const cases: readonly Case[] = [
  {
    what: "nothing, while requests are answered, and probes fail",
    given: [...well, requests("200", "0+600x400"), requests("422", "0+300x400"), probe("503", "0+60x400")],
    at: "6h",
    fires: [],
  },
  {
    what: "the fast burn, once an hour has more than 1.44 % failures",
    given: [...well, requests("200", "0+970x400"), requests("503", "0+30x400")],
    at: "6h",
    // What burns fast burns at the slower rates too.
    fires: ["ErrorBudgetBurnsFast", "ErrorBudgetBurns", "ErrorBudgetLeaks"],
  },
  {
    what: "the slower burn, at 0.8 % for six hours",
    given: [...well, requests("200", "0+992x400"), requests("500", "0+8x400")],
    at: "6h",
    fires: ["ErrorBudgetBurns", "ErrorBudgetLeaks"],
  },
  {
    what: "the leak, at 0.2 % for three days",
    given: [...well, requests("200", "0+998x4400"), requests("500", "0+2x4400")],
    at: "3d",
    fires: ["ErrorBudgetLeaks"],
  },
  {
    what: "the fast burn, where an app is away and its gateway fails the requests that would be its own",
    given: [
      ...well,
      requests("200", "0+970x400"),
      answers(routeNames.api, sources.gateway, "502", "0+30x400"),
      answers(routeNames.api, sources.app, "200", "0+970x400"),
    ],
    at: "6h",
    fires: ["ErrorBudgetBurnsFast", "ErrorBudgetBurns", "ErrorBudgetLeaks"],
  },
  {
    what: "nothing, where a gateway refuses clients, or fails what is not the API",
    given: [
      ...well,
      requests("200", "0+600x400"),
      answers(routeNames.api, sources.gateway, "429", "0+300x400"),
      answers(routeNames.public, sources.gateway, "502", "0+300x400"),
    ],
    at: "6h",
    fires: [],
  },
  {
    what: "no burn any more, ten minutes after the failures ended",
    given: [...well, requests("200", "0+900x400"), requests("500", "0+300x50 15000x350")],
    at: "65m",
    fires: ["ErrorBudgetBurns", "ErrorBudgetLeaks"],
  },
  {
    what: "slow requests, once for ten minutes more than one in twenty takes over 2 s",
    given: [
      ...well,
      bucket("1", "0+90x60"),
      bucket("2.5", "0+90x60"),
      bucket("5", "0+100x60"),
      bucket("+Inf", "0+100x60"),
    ],
    at: "30m",
    fires: ["RequestsAreSlow"],
  },
  {
    what: "no slow requests before they have been so for ten minutes",
    given: [...well, bucket("1", "0+90x60"), bucket("5", "0+100x60"), bucket("+Inf", "0+100x60")],
    at: "9m",
    fires: [],
  },
  {
    what: "no slow requests at one in fifty",
    given: [...well, bucket("1", "0+98x60"), bucket("5", "0+100x60"), bucket("+Inf", "0+100x60")],
    at: "30m",
    fires: [],
  },
  {
    what: "jobs that wait longer than ten minutes",
    given: [...well, { series: metrics.queueAge.name, values: "0+60x60" }],
    at: "20m",
    fires: ["JobsWaitTooLong"],
  },
  {
    what: "no jobs that wait nine minutes",
    given: [...well, { series: metrics.queueAge.name, values: "540x60" }],
    at: "20m",
    fires: [],
  },
  {
    what: "no ready replica, though one is heard of",
    given: [...without(ready), { series: `${metrics.ready.name}{role="optimizer"}`, values: "1x5 0x60" }],
    at: "10m",
    fires: ["NoReplicaIsReady"],
  },
  { what: "no ready replica, where none is heard of", given: without(ready), at: "10m", fires: ["NoReplicaIsReady"] },
  {
    what: "no ready replica, where only the worker is ready",
    given: [...without(ready), { series: `${metrics.ready.name}{role="worker"}`, values: "1x60" }],
    at: "10m",
    fires: ["NoReplicaIsReady"],
  },
  {
    what: "nothing, while one of two replicas is ready",
    given: [...well, { series: `${metrics.ready.name}{role="optimizer",instance="b"}`, values: "0x60" }],
    at: "10m",
    fires: [],
  },
  {
    what: "a certificate that ends in thirteen days",
    given: [...without(certificate), { ...certificate, values: `${13 * DAY}x200` }],
    at: "2h",
    fires: ["CertificateEndsSoon"],
  },
  {
    what: "a certificate that nobody can read, after an hour",
    given: without(certificate),
    at: "2h",
    fires: ["CertificateEndsSoon"],
  },
  { what: "no certificate yet, while a stack is new", given: without(certificate), at: "30m", fires: [] },
  {
    what: "an export that is 28 hours old",
    given: [...without(exported), { ...exported, values: "0x2000" }],
    at: "28h",
    fires: ["ExportIsTooOld"],
  },
  { what: "an export that never was", given: without(exported), at: "2h", fires: ["ExportIsTooOld"] },
  {
    what: "no export that is a day old",
    given: [...without(exported), { ...exported, values: "0x2000" }],
    at: "24h",
    fires: [],
  },
]

describe("alerts, by promtool", { skip: withoutCommand("promtool") }, () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "atlas-rules-"))
    writeFileSync(join(folder, "rules.yaml"), renderRules(alerts))
  })
  after(() => rmSync(folder, { recursive: true }))

  const promtool = (...args: readonly string[]) =>
    execFileSync("promtool", [...args], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

  it("are rules that Prometheus takes", () => {
    assert.match(promtool("check", "rules", "rules.yaml"), new RegExp(`SUCCESS: ${alerts.length} rules found`))
  })

  it("each fire in a case and stay quiet in another", () => {
    for (const { name } of alerts) {
      assert.ok(
        cases.some(({ fires }) => fires.includes(name)),
        name,
      )
      assert.ok(
        cases.some(({ fires }) => !fires.includes(name)),
        name,
      )
    }
  })

  // A case of days is looked at less often, or it would take minutes.
  for (const every of ["1m", "10m"] as const) {
    it(`fire when they should, and only then, looked at every ${every}`, () => {
      const mine = cases.filter(({ at }) => /^(?:\d{2,}h|\d+d)$/.test(at) === (every === "10m"))
      assert.ok(mine.length > 2)
      const tests = mine.map(({ what, given, at, fires }) => ({
        name: what,
        interval: "1m",
        input_series: given,
        alert_rule_test: alerts.map((alert) => ({
          eval_time: at,
          alertname: alert.name,
          exp_alerts: fires.includes(alert.name)
            ? [{ exp_labels: { severity: alert.severity }, exp_annotations: annotationsOf(alert) }]
            : [],
        })),
      }))
      const text = stringify({ rule_files: ["rules.yaml"], evaluation_interval: every, tests })
      writeFileSync(join(folder, "tests.yaml"), text)
      assert.match(promtool("test", "rules", "tests.yaml"), /SUCCESS/)
    })
  }
})
