import * as kubernetes from "@pulumi/kubernetes"
import {
  type Alert,
  observabilityOf,
  type Panel,
  renderDashboard,
  ruleGroups,
  type StackLabels,
} from "../observability/index.ts"
import type { Ground } from "./ground.ts"
import type { ClusterInputs } from "./inputs.ts"
import { type Labels, metadataOf } from "./labels.ts"
import { names } from "./names.ts"

/** By which the sidecar of Grafana's chart finds dashboards: https://github.com/grafana/helm-charts/tree/main/charts/grafana#sidecar-for-dashboards */
export const dashboardLabel = { grafana_dashboard: "1" } as const

/** The dashboard, for a Grafana of the cluster. */
export const dashboardArgs = (panels: readonly Panel[], labels: Labels) =>
  ({
    metadata: metadataOf(names.dashboard, { ...labels, ...dashboardLabel }),
    data: { [`${names.dashboard}.json`]: renderDashboard(panels) },
  }) satisfies kubernetes.types.input.core.v1.ConfigMap

/** The alerts, for the Prometheus operator: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule */
export const prometheusRuleArgs = (alerts: readonly Alert[], labels: Labels) => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PrometheusRule",
  metadata: metadataOf(names.rules, labels),
  spec: ruleGroups(alerts),
})

/** Without the operator nothing in a cluster takes rules. */
export function createWatch(inputs: ClusterInputs, ground: Ground, stack: StackLabels): void {
  const { context, metrics } = inputs
  const { panels, alerts } = observabilityOf(context.spec, { labels: stack })
  new kubernetes.core.v1.ConfigMap(names.dashboard, dashboardArgs(panels, ground.labels), ground.inside())
  if (metrics.discovery !== "pod-monitor") return
  new kubernetes.apiextensions.CustomResource(names.rules, prometheusRuleArgs(alerts, ground.labels), ground.inside())
}
