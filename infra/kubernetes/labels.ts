import type { WorkloadName } from "../../app/contract/roles.ts"
import { service } from "../../app/contract/service.ts"
import { ownershipTags } from "../spec/names.ts"
import type { TargetContext } from "../spec/target.ts"
import { names } from "./names.ts"

export type Labels = Readonly<Record<string, string>>

/** What a pod is, by the value of its label `app`: the guide's for the api. Selectors cannot change, so these do not. */
export type Component = WorkloadName | "gate"

const appLabels: Readonly<Record<Component, string>> = {
  api: "optimizer",
  worker: "optimizer-worker",
  gate: "optimizer-gate",
}

/** Whatever this layer makes has these labels, the recommended ones where there is one for what they say. */
export function labelsOf({ names: parts, spec }: Pick<TargetContext, "names" | "spec">): Labels {
  const tags = ownershipTags(parts, spec.environment)
  const recommended: Readonly<Record<string, string>> = {
    project: "app.kubernetes.io/part-of",
    stack: "app.kubernetes.io/instance",
    "managed-by": "app.kubernetes.io/managed-by",
  }
  const owned = Object.entries(tags).map(([tag, value]) => [recommended[tag] ?? tag, labelValue(value)])
  return { "app.kubernetes.io/name": service.name, ...Object.fromEntries(owned) }
}

/** What selects the pods of a component, and nothing else in the namespace. */
export const selectorOf = (component: Component): Labels => ({ app: appLabels[component] })

/** What selects the pods of both workloads. */
export const workloadSelector = {
  matchExpressions: [{ key: "app", operator: "In", values: [appLabels.api, appLabels.worker] }],
}

/**
 * A text as the value of a label: at most 63 characters, letters, digits, `-`, `_` and `.`, the ends no punctuation.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export const labelValue = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9._-]/g, "-")
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")

/** Metadata of an object in the namespace. */
export const metadataOf = (name: string, labels: Labels) => ({ name, namespace: names.namespace, labels })
