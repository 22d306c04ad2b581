import type { ObservedProbe } from "../observation.ts"
import type { Value } from "./values.ts"

/** A probe as Kubernetes spells it, and Azure after it. */
export function probe(value: Value): ObservedProbe | undefined {
  const path = value.at("httpGet", "path").text
  if (path === undefined) return undefined
  const figure = (name: string) => value.at(name).number ?? Number.NaN
  return {
    path,
    initialDelaySeconds: figure("initialDelaySeconds"),
    periodSeconds: figure("periodSeconds"),
    timeoutSeconds: figure("timeoutSeconds"),
    failureThreshold: figure("failureThreshold"),
  }
}
