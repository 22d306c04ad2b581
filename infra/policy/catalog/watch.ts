import type { RuleText } from "../rule.ts"

/** What is asked of those who watch a stack. */
export const watch = {
  "alert-told": {
    title: "In production an alert tells somebody",
    why: "One that reaches nobody is found by a client",
    source: "alerts",
    severity: "mandatory",
  },
  "replica-collected": {
    title: "What runs stands beside a collector of its metrics, where nothing else can collect them",
    why: "Alerts and scaling know only what was collected, and nothing else reaches into the instance",
    source: "observability",
    severity: "mandatory",
  },
} as const satisfies Record<string, RuleText>
