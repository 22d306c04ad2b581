/** What a stack shows and tells of itself: one description, in every tool's words. */
import type { StackSpec } from "../spec/stack-spec.ts"
import { type Alert, alertsOf } from "./alerts.ts"
import { type Panel, panelsOf } from "./panels.ts"
import { type StackLabels, selecting } from "./select.ts"

export type { Alert, Severity } from "./alerts.ts"
export { grafanaDashboard, renderDashboard } from "./grafana.ts"
export { renderPage } from "./page.ts"
export type { Panel, Unit } from "./panels.ts"
export { annotationsOf, renderRules, ruleGroup, ruleGroups } from "./rules.ts"
export type { StackLabels } from "./select.ts"

export interface Observability {
  readonly panels: readonly Panel[]
  readonly alerts: readonly Alert[]
}

/** `labels` tell the stack's series from others'; none where the store of metrics is the stack's own. */
export function observabilityOf(spec: StackSpec, labels: StackLabels = {}): Observability {
  const select = selecting(labels)
  return { panels: panelsOf(spec, select), alerts: alertsOf(spec, select) }
}
