import { routes } from "../../app/contract/routes.ts"
import { service } from "../../app/contract/service.ts"
import { gatewayPorts } from "../spec/gateway.ts"
import type { AlertSpec } from "../spec/stack-spec.ts"
import type { Alert } from "./alerts.ts"
import type { Panel } from "./panel.ts"

interface Shown {
  readonly panels: readonly Panel[]
  readonly alerts: readonly Alert[]
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(6))} %`

const head = `# Observability

What a stack shows and tells of itself. One description, \`infra/observability\`, from metric names that stand once in
\`app/contract/metrics.ts\` and thresholds that stand once in \`infra/spec\`; \`npm run atlas -- render\` makes this page, the
Grafana dashboard \`infra/observability/rendered/dashboard.json\` and the Prometheus rules
\`infra/observability/rendered/rules.yaml\` from it. Each target registers the same with its own managed Prometheus;
[parity](parity.md) says where one cannot.

A panel's query is asked of a real Prometheus in the tests, which reads a running app; each alert fires in a case of
\`promtool test rules\` and stays quiet in another.
`

const own = `## With a Prometheus of your own

Read \`${routes.metrics}\` of every process at its own port (${service.port} unless you say otherwise), and of Kong at ${gatewayPorts.status}. Name the rules under
\`rule_files\`, and import the dashboard into Grafana, which asks for the data source. On \`local\` the addresses of the processes
are among the outputs of \`npm run up\`. Where there is no domain, leave CertificateEndsSoon out: nobody reads a certificate.
`

const notYet = `## Not watched yet

- How old the last export is: the job that makes one each night is not built. Its panel and its alert (ExportIsTooOld)
  are written and tested, and join the others once \`backups.nightly\` is true in \`infra/spec\`: before that the alert could
  only fire always or never.

A service with few requests spends its budget on few failures: one failure in an hour of fifty requests is 2 %, and wakes
somebody. Lower the objective in \`infra/spec\` where that is not worth a night.
`

/** docs/observability.md: objectives, panels, and for each alert what it says and what to do. */
export function renderPage({ panels, alerts }: Shown, spec: AlertSpec): string {
  return [head, objectives(spec), panelTable(panels), alertTable(alerts), ...alerts.map(runbook), notYet, own].join(
    "\n",
  )
}

const objectives = ({ availability, latency, queueAge }: AlertSpec): string => `## Objectives

| objective | of | over |
| --- | --- | --- |
| ${percent(availability)} are not failed by the service (5xx) | API requests | 30 days |
| ${percent(latency.share)} are answered within ${latency.most} | API requests | ${latency.after} |
| none waits longer than ${queueAge} | jobs | any time |
`

const panelTable = (panels: readonly Panel[]): string => `## Panels

| panel | unit | what it tells |
| --- | --- | --- |
${panels.map(({ title, unit, tells }) => `| ${title} | ${unit} | ${tells} |`).join("\n")}
`

const alertTable = (alerts: readonly Alert[]): string => `## Alerts

A **page** wakes somebody, a **ticket** waits for the next working day. The three of the error budget are the SRE workbook's
multiwindow, multi-burn-rate alerts (https://sre.google/workbook/alerting-on-slos/, table 5-8).

| alert | severity | says | after |
| --- | --- | --- | --- |
${alerts.map(({ name, severity, says, after }) => `| ${name} | ${severity} | ${says} | ${after === 0 ? "at once" : `${after} s`} |`).join("\n")}
`

const runbook = ({ name, promql, steps }: Alert): string => `### ${name}

\`\`\`promql
${promql}
\`\`\`

${steps.map((step, index) => `${index + 1}. ${step}`).join("\n")}
`
