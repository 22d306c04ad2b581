import * as gcp from "@pulumi/gcp"
import { annotationsOf, observabilityOf, type Panel, ruleGroup, type Severity } from "../../observability/index.ts"
import type { AlertSpec } from "../../spec/stack-spec.ts"
import { certificateLeft, watchCertificate } from "./certificate-watch.ts"
import type { Scope } from "./scope.ts"

/** How bad it is: https://cloud.google.com/monitoring/alerts/concepts-indepth#severity-levels */
const severities: Readonly<Record<Severity, string>> = { page: "CRITICAL", ticket: "WARNING" }

/** A dashboard of Google's is 48 columns wide: https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#MosaicLayout */
const columns = 48
const tile = { width: 16, height: 14 } as const

/**
 * The alerts and the dashboard over Managed Prometheus, in its own language. Metrics belong to the project, so each query
 * asks for the stack's own: the collector writes the name of the service or pool as the namespace
 * (https://cloud.google.com/stackdriver/docs/managed-prometheus/cloudrun-sidecar).
 */
export function createAlerts(scope: Scope, { email }: AlertSpec): void {
  const { spec } = scope.context
  const { domain } = spec.edge
  const namespace = (["api", "worker", "scaler"] as const).map((name) => scope.name("run", name))
  const { panels, alerts } = observabilityOf(spec, {
    labels: { namespace },
    ...(domain === undefined ? {} : { certificateLeft: certificateLeft(domain) }),
  })
  if (domain !== undefined) watchCertificate(scope, domain)
  const { project, labels } = scope
  const channel =
    email === undefined
      ? undefined
      : new gcp.monitoring.NotificationChannel(
          "alerts-mail",
          {
            project,
            displayName: scope.name("compute", "alerts"),
            type: "email",
            labels: { email_address: email },
            userLabels: labels,
          },
          scope.inside(),
        )
  for (const alert of alerts) {
    const { summary = "", runbook = "" } = annotationsOf(alert)
    new gcp.monitoring.AlertPolicy(
      `alert-${alert.name}`,
      {
        project,
        displayName: `${scope.name("compute", "")}: ${alert.name}`,
        combiner: "OR",
        severity: severities[alert.severity],
        conditions: [
          {
            displayName: alert.says,
            conditionPrometheusQueryLanguage: {
              query: alert.promql,
              duration: `${alert.after}s`,
              evaluationInterval: "60s",
              ruleGroup,
              alertRule: alert.name,
              // A series that nobody has written yet, such as a first failure, is no mistake.
              disableMetricValidation: true,
            },
          },
        ],
        documentation: { content: `${summary}. What to do: ${runbook}`, mimeType: "text/markdown" },
        notificationChannels: channel === undefined ? [] : [channel.id],
        userLabels: labels,
      },
      scope.inside(),
    )
  }
  new gcp.monitoring.Dashboard(
    "dashboard",
    { project, dashboardJson: JSON.stringify(dashboardOf(scope.name("compute", ""), panels)) },
    scope.inside(),
  )
}

/** A dashboard of Cloud Monitoring: https://cloud.google.com/monitoring/dashboards/api-dashboard */
export const dashboardOf = (displayName: string, panels: readonly Panel[]) => ({
  displayName,
  mosaicLayout: {
    columns,
    tiles: panels.map(({ title, queries }, index) => ({
      ...tile,
      xPos: (index * tile.width) % columns,
      yPos: Math.floor((index * tile.width) / columns) * tile.height,
      widget: {
        title,
        xyChart: {
          dataSets: queries.map(({ promql }) => ({
            plotType: "LINE",
            timeSeriesQuery: { prometheusQuery: promql },
          })),
        },
      },
    })),
  },
})
