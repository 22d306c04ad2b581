import { metrics } from "../../app/contract/metrics.ts"
import { routes } from "../../app/contract/routes.ts"
import type { StackSpec } from "../spec/stack-spec.ts"
import { seconds } from "../spec/units.ts"
import { errorShare, latency, readyReplicas, type Select } from "./select.ts"

/** Whether somebody is woken, or looks at it on the next working day. */
export type Severity = "page" | "ticket"

export interface Alert {
  readonly name: string
  readonly severity: Severity
  /** What is wrong while it fires, as a sentence. */
  readonly says: string
  readonly promql: string
  /** For how long it must be so before it fires, in seconds. */
  readonly after: number
  /** What to do at three in the morning, step by step. */
  readonly steps: readonly string[]
}

/** What a stack tells of by itself. An alert is there only where what it watches is. `left` is as in `Watching`. */
export function alertsOf(spec: StackSpec, select: Select, left: string): readonly Alert[] {
  return [
    ...budgetAlerts(spec, select),
    latencyAlert(spec, select),
    queueAlert(spec, select),
    readyAlert(spec, select),
    ...(spec.edge.domain === undefined ? [] : [certificateAlert(spec, left)]),
    ...(spec.backups.nightly ? [backupAlert(spec, select)] : []),
  ]
}

/**
 * Multiwindow, multi-burn-rate alerts: each fires while the error budget burns so many times as fast as the objective
 * allows, over a long window and, so that it ends soon after, a twelfth of it. The factors, windows and severities are
 * those that the SRE workbook recommends: https://sre.google/workbook/alerting-on-slos/ (table 5-8).
 */
const burns = [
  {
    name: "ErrorBudgetBurnsFast",
    factor: 14.4,
    long: "1h",
    short: "5m",
    severity: "page",
    spent: "2 %",
    within: "an hour",
  },
  {
    name: "ErrorBudgetBurns",
    factor: 6,
    long: "6h",
    short: "30m",
    severity: "page",
    spent: "5 %",
    within: "six hours",
  },
  {
    name: "ErrorBudgetLeaks",
    factor: 1,
    long: "3d",
    short: "6h",
    severity: "ticket",
    spent: "10 %",
    within: "three days",
  },
] as const

function budgetAlerts({ alerts }: StackSpec, select: Select): readonly Alert[] {
  const allowed = 1 - alerts.availability
  return burns.map(({ name, factor, long, short, severity, spent, within }) => {
    // Without the last digits of binary fractions.
    const most = Number((factor * allowed).toPrecision(6))
    return {
      name,
      severity,
      says: `API requests fail so often that ${spent} of the month's error budget goes within ${within}`,
      promql: `${errorShare(select, long)} > ${most} and ${errorShare(select, short)} > ${most}`,
      after: 0,
      steps: [
        "Look at the panels Error rate and Request rate: since when, and is it every route? In the log, lines with status 500 and above name the route and the cause. If the failures are the gateway's own (Gateway answers), an app beside it is down: its log's last lines say why.",
        "If it began with a release, go back to the one before: deploy its commit.",
        "503 with database-unavailable: look at the database first (Database pool, then the cloud's page of it). 503 with maintenance or read-only: somebody switched the mode.",
      ],
    }
  })
}

const latencyAlert = ({ alerts }: StackSpec, select: Select): Alert => ({
  name: "RequestsAreSlow",
  severity: "page",
  says: `One API request in twenty takes longer than ${alerts.latency.most}`,
  promql: `${latency(select, alerts.latency.share)} > ${seconds(alerts.latency.most)}`,
  after: seconds(alerts.latency.after),
  steps: [
    "Look at Nearest to a limit, Threads and Event loop delay: what is full? Full threads mean large problems: ask their sender to send jobs (Prefer: respond-async).",
    "Connections that wait (Database pool) mean a slow database: look at its own page for load and locks.",
    "If replicas are at their ceiling (Ready replicas), raise atlas:apiMaxReplicas and deploy.",
  ],
})

const queueAlert = ({ alerts }: StackSpec, select: Select): Alert => ({
  name: "JobsWaitTooLong",
  severity: "page",
  says: `The oldest job has waited longer than ${alerts.queueAge}`,
  promql: `max(${select(metrics.queueAge)}) > ${seconds(alerts.queueAge)}`,
  after: 300,
  steps: [
    "Do workers run? Where none does, their log's last lines say why. A release that fails its gate leaves the old workers running.",
    "If they run and the queue grows, raise atlas:workerMaxReplicas and deploy. On gcp and azure the scaler sets their count: its log says each decision with its reason.",
    "No job is lost: each is a row in the database, and is taken up once a worker is free.",
  ],
})

const readyAlert = ({ alerts }: StackSpec, select: Select): Alert => ({
  name: "NoReplicaIsReady",
  severity: "page",
  says: "No process of the api says that it can answer, or none is heard of",
  // Where nobody serves the metric, the sum is absent and so not above zero.
  promql: `absent(${readyReplicas(select)} > 0)`,
  after: seconds(alerts.unready),
  steps: [
    "Ask the stack itself: npm run atlas -- smoke URL. If that passes, the collector of metrics is at fault, not the service.",
    `GET ${routes.ready} of a replica names what fails: database (is it up, has its password changed?) or models (has the migration run?).`,
    "If it began with a release, go back to the one before: deploy its commit.",
  ],
})

const certificateAlert = ({ alerts }: StackSpec, left: string): Alert => ({
  name: "CertificateEndsSoon",
  severity: "ticket",
  says: `The certificate that clients are shown ends within ${alerts.certificateLeft}, or cannot be read`,
  promql: `${left} < ${seconds(alerts.certificateLeft)} or absent(${left})`,
  after: 3600,
  steps: [
    "Whoever renews it has not: the authority's records of the domain (aws, gcp), cert-manager's Certificate (kubernetes), or you, who bring it (azure, compose).",
    "The log line The certificate cannot be read says why, where no process could read it: a record that does not lead here, or a closed way out.",
  ],
})

const backupAlert = ({ alerts }: StackSpec, select: Select): Alert => ({
  name: "ExportIsTooOld",
  severity: "ticket",
  says: `No export was complete within ${alerts.exportAge}`,
  promql: `time() - max(${select(metrics.backupSuccess)}) > ${seconds(alerts.exportAge)} or absent(${select(metrics.backupSuccess)})`,
  after: 3600,
  steps: [
    "The worker's log says why the last export failed. The database's own backups are another matter, and stand.",
    "Check that the archive can be written to, and start an export by hand.",
  ],
})
