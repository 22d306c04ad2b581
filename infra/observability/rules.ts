import { stringify } from "yaml"
import { service } from "../../app/contract/service.ts"
import type { Alert } from "./alerts.ts"

/** Where the steps of an alert stand. */
const page = "docs/observability.md"

export const ruleGroup = service.name

/** What goes with an alert, wherever it is sent. */
export const annotationsOf = ({ name, says }: Alert): Readonly<Record<string, string>> => ({
  summary: says,
  runbook: `${page}#${name.toLowerCase()}`,
})

/**
 * The alerts as a group of Prometheus rules, which AMP, a PrometheusRule and Prometheus itself take alike:
 * https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
 */
export const ruleGroups = (alerts: readonly Alert[]) => ({
  groups: [
    {
      name: ruleGroup,
      rules: alerts.map((alert) => ({
        alert: alert.name,
        expr: alert.promql,
        ...(alert.after === 0 ? {} : { for: `${alert.after}s` }),
        labels: { severity: alert.severity },
        annotations: annotationsOf(alert),
      })),
    },
  ],
})

export const renderRules = (alerts: readonly Alert[]): string => stringify(ruleGroups(alerts), { lineWidth: 0 })
