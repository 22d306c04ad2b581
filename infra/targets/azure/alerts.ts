import * as alertsmanagement from "@pulumi/azure-native/alertsmanagement/index.js"
import * as dashboard from "@pulumi/azure-native/dashboard/index.js"
import * as monitor from "@pulumi/azure-native/monitor/index.js"
import { annotationsOf, observabilityOf, renderDashboard, type Severity } from "../../observability/index.ts"
import type { AlertSpec } from "../../spec/stack-spec.ts"
import type { Metrics } from "./metrics.ts"
import type { Place } from "./place.ts"

/** From 0, critical, to 4: https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview */
const severities: Readonly<Record<Severity, number>> = { page: 1, ticket: 3 }

/** What stands in a mail's subject, at most 12 characters. */
const shortName = "atlas"

/**
 * The rules over the workspace, whom they tell, and the dashboard:
 * https://learn.microsoft.com/azure/azure-monitor/metrics/prometheus-rule-groups,
 * https://learn.microsoft.com/azure/azure-monitor/visualize/visualize-use-grafana-dashboards
 */
export function createAlerts(place: Place, { email }: AlertSpec, metrics: Metrics): void {
  const { base, parent } = place
  const { panels, alerts } = observabilityOf(place.context.spec)
  const group =
    email === undefined
      ? undefined
      : new monitor.ActionGroup(
          "alerts-mail",
          {
            ...base,
            location: "Global",
            actionGroupName: place.name("alerts", "alerts"),
            groupShortName: shortName,
            enabled: true,
            emailReceivers: [{ name: "mail", emailAddress: email, useCommonAlertSchema: true }],
          },
          { parent },
        )
  new alertsmanagement.PrometheusRuleGroup(
    "alert-rules",
    {
      ...base,
      ruleGroupName: place.name("alerts", "rules"),
      description: "What the stack tells of by itself",
      enabled: true,
      interval: "PT1M",
      scopes: [metrics.workspaceId],
      rules: alerts.map((alert) => ({
        alert: alert.name,
        enabled: true,
        expression: alert.promql,
        for: `PT${alert.after}S`,
        severity: severities[alert.severity],
        labels: { severity: alert.severity },
        annotations: { ...annotationsOf(alert) },
        resolveConfiguration: { autoResolved: true, timeToResolve: "PT10M" },
        actions: group === undefined ? [] : [{ actionGroupId: group.id }],
      })),
    },
    { parent },
  )
  const shown = new dashboard.Dashboard(
    "dashboard",
    { ...base, dashboardName: place.name("dashboard", "dashboard") },
    { parent },
  )
  new dashboard.DashboardDefinition(
    "dashboard-definition",
    {
      resourceGroupName: place.group,
      dashboardName: shown.name,
      definitionName: "default",
      properties: { serializedData: renderDashboard(panels) },
    },
    { parent },
  )
}
