import type { Check } from "../../check.ts"
import { inProduction } from "../../values.ts"

/** Alerts; metrics are read by a scraper that reaches every pod. */
export const watchChecks: readonly Check[] = [
  {
    rule: "alert-told",
    types: ["aws:amp/alertManagerDefinition:AlertManagerDefinition"],
    scope: "plan",
    problems: (manager, view) =>
      !inProduction(manager, view) ||
      view.resources.some(({ type }) => type === "aws:sns/topicSubscription:TopicSubscription")
        ? []
        : [{ path: [], message: "no TopicSubscription takes what it publishes; add one" }],
  },
]
