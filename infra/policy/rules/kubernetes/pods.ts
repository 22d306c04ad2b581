import type { PlannedResource } from "../../../plan/resource.ts"
import type { Check, Path, Problem } from "../../check.ts"
import { at, list } from "../../values.ts"

/** Where each kind keeps the pods that it makes. */
const templates: Readonly<Record<string, Path>> = {
  "kubernetes:apps/v1:Deployment": ["spec", "template"],
  "kubernetes:apps/v1:StatefulSet": ["spec", "template"],
  "kubernetes:apps/v1:DaemonSet": ["spec", "template"],
  "kubernetes:batch/v1:Job": ["spec", "template"],
  "kubernetes:batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template"],
  "kubernetes:core/v1:Pod": [],
}

/** Every kind that makes pods. */
export const podTypes: readonly string[] = Object.keys(templates)

export const deploymentType = "kubernetes:apps/v1:Deployment"

/** The kinds whose pods run until they are told to stop, and so must show that they still work. */
export const servingTypes: readonly string[] = podTypes.filter((type) => type.includes("apps/v1:"))

/** The path of the pod's spec; its metadata stands beside it. */
export const podPath = ({ type }: PlannedResource): Path => [...(templates[type] ?? []), "spec"]

export const podLabels = (resource: PlannedResource): unknown =>
  at(resource.inputs, [...(templates[resource.type] ?? []), "metadata", "labels"])

interface Container {
  readonly path: Path
  readonly container: unknown
  readonly pod: unknown
}

/** The containers of the pods that the resource makes; with those that run before them, unless only `main` are asked. */
export function containersOf(resource: PlannedResource, which: "all" | "main" = "all"): readonly Container[] {
  const path = podPath(resource)
  const pod = at(resource.inputs, path)
  return (which === "main" ? ["containers"] : ["initContainers", "containers"]).flatMap((kind) =>
    list(at(pod, [kind])).map((container, index) => ({ path: [...path, kind, index], container, pod })),
  )
}

/** A check of each container; problems' paths are told from the container. */
export const eachContainer = (
  rule: Check["rule"],
  problems: (container: unknown, pod: unknown) => readonly Problem[],
  types: readonly string[] = podTypes,
  which: "all" | "main" = "all",
): Check => ({
  rule,
  types,
  scope: "resource",
  problems: (resource) =>
    containersOf(resource, which).flatMap(({ path, container, pod }) =>
      problems(container, pod).map((problem) => ({ ...problem, path: [...path, ...problem.path] })),
    ),
})
