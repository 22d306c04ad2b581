import { parse } from "yaml"
import type { ObservedAlerts, ObservedDashboard, ObservedRule } from "../observation.ts"
import { Value } from "./values.ts"

/** How dashboards and alerts are read back, whichever of a cloud's resources holds them. */

/** A query without the matcher by which a stack's series are told from others' in one store. */
export const ownQuery = (promql: string | undefined): string =>
  (promql ?? "").replaceAll(/\bnamespace=~?"[^"]*",?/g, "").replaceAll("{}", "")

/** The panels of a dashboard in Grafana's JSON: their titles, and the queries of each. */
export function grafanaPanels(json: string | undefined): ObservedDashboard["panels"] {
  const panels = new Value(json === undefined ? undefined : JSON.parse(json)).at("panels").items
  return panelsOf(panels.map((panel) => [panel.at("title"), panel.at("targets").items.map((one) => one.at("expr"))]))
}

export const panelsOf = (panels: readonly (readonly [Value, readonly Value[]])[]): ObservedDashboard["panels"] =>
  Object.fromEntries(panels.map(([title, queries]) => [title.text ?? "", queries.map(({ text }) => ownQuery(text))]))

/** The alerts of Prometheus's own groups of rules, as YAML or as an object. */
export function prometheusRules(groups: Value): ObservedAlerts["rules"] {
  const rules = groups.items.flatMap((group) => group.at("rules").items)
  return rulesOf(
    rules.map((rule) => ({
      name: rule.at("alert").text,
      promql: ownQuery(rule.at("expr").text),
      after: Number(/^(\d+)s$/.exec(rule.at("for").text ?? "0s")?.[1]),
      severity: rule.at("labels", "severity").text ?? "none",
    })),
  )
}

export const groupsOf = (yaml: string | undefined): Value =>
  new Value(yaml === undefined ? undefined : parse(yaml)).at("groups")

export const rulesOf = (
  rules: readonly (ObservedRule & { readonly name: string | undefined })[],
): ObservedAlerts["rules"] => Object.fromEntries(rules.map(({ name, ...rule }) => [name ?? "", rule]))
