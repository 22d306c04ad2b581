import type { Check } from "../../check.ts"
import { collectorProblems } from "../../collector.ts"
import { at, inProduction, isHidden, list, mustBe } from "../../values.ts"
import { types } from "./types.ts"

/** Alerts, and what nothing reaches from outside a container group. */
export const watchChecks: readonly Check[] = [
  {
    rule: "alert-told",
    types: ["azure-native:alertsmanagement:PrometheusRuleGroup"],
    scope: "resource",
    problems: (group, view) =>
      inProduction(group, view)
        ? list(group.inputs.rules).flatMap((rule, index) => {
            const actions = at(rule, ["actions"])
            const path = ["rules", index, "actions"]
            return isHidden(actions) || list(actions).length > 0 ? [] : [mustBe(path, actions, "a list with an action")]
          })
        : [],
  },
  {
    rule: "replica-collected",
    types: [types.profile],
    scope: "resource",
    problems: ({ inputs }) => collectorProblems(inputs.containers, ["containers"]),
  },
]
