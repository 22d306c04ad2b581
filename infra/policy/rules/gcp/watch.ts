import type { Check } from "../../check.ts"
import { collectorProblems } from "../../collector.ts"
import { at, inProduction, list, property } from "../../values.ts"
import { ofTemplate, poolType, serviceType } from "./containers.ts"

/** Alerts, and what Cloud Run lets nobody reach from outside. */
export const watchChecks: readonly Check[] = [
  property({
    rule: "alert-told",
    types: ["gcp:monitoring/alertPolicy:AlertPolicy"],
    path: ["notificationChannels"],
    fits: (channels) => list(channels).length > 0,
    allowed: "a list with a channel",
    when: inProduction,
  }),
  ofTemplate("replica-collected", (template) => collectorProblems(at(template, ["containers"]), ["containers"]), [
    serviceType,
    poolType,
  ]),
]
