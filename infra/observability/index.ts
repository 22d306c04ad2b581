/** What a stack shows and tells of itself: one description, in every tool's words. */
import type { StackSpec } from "../spec/stack-spec.ts"
import { type Alert, alertsOf } from "./alerts.ts"
import type { Panel } from "./panel.ts"
import { panelsOf } from "./panels.ts"
import { certificateLeft, type StackLabels, selecting } from "./select.ts"

export type { Alert, Severity } from "./alerts.ts"
export { grafanaDashboard, renderDashboard } from "./grafana.ts"
export { grafanaImage, prometheusImage } from "./images.ts"
export { renderPage } from "./page.ts"
export type { Panel, Unit } from "./panel.ts"
export { annotationsOf, renderRules, ruleGroup, ruleGroups } from "./rules.ts"
export type { StackLabels } from "./select.ts"

export interface Observability {
  readonly panels: readonly Panel[]
  readonly alerts: readonly Alert[]
}

export interface Watching {
  /** What tells the stack's series from others'; nothing where the store of metrics is the stack's own. */
  readonly labels?: StackLabels
  /** For how long the certificate is good, in seconds, where the app cannot see it and something else does. */
  readonly certificateLeft?: string
}

export function observabilityOf(spec: StackSpec, watching: Watching = {}): Observability {
  const select = selecting(watching.labels)
  const left = watching.certificateLeft ?? certificateLeft(select)
  return { panels: panelsOf(spec, select, left), alerts: alertsOf(spec, select, left) }
}
