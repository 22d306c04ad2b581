import type { PlannedResource } from "../../../plan/resource.ts"
import type { Check, Path, PlanView } from "../../check.ts"
import { missingOwnership } from "../../ownership.ts"
import { secretIn } from "../../secrets.ts"
import { at, entries, inProduction, isHidden, isServed, list, mustBe } from "../../values.ts"
import { containersOf, deploymentType, podLabels, podPath, podTypes } from "./pods.ts"

const namespaceType = "kubernetes:core/v1:Namespace"
const budgetType = "kubernetes:policy/v1:PodDisruptionBudget"
const networkPolicyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
const serviceType = "kubernetes:core/v1:Service"
const ingressType = "kubernetes:networking.k8s.io/v1:Ingress"

/** Where each kind of autoscaler keeps its least count. */
const autoscalers: Readonly<Record<string, Path>> = {
  "kubernetes:keda.sh/v1alpha1:ScaledObject": ["spec", "minReplicaCount"],
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": ["spec", "minReplicas"],
}

const enforcement = ["metadata", "labels", "pod-security.kubernetes.io/enforce"]
const zone = "topology.kubernetes.io/zone"

const nameOf = ({ inputs }: PlannedResource): unknown => at(inputs, ["metadata", "name"])

/** A resource stands in the namespace that it names, or depends on if its name is not known yet. */
const isIn = (resource: PlannedResource, namespace: PlannedResource): boolean => {
  const name = at(resource.inputs, ["metadata", "namespace"])
  return isHidden(name) ? resource.dependencies.includes(namespace.urn) : name === nameOf(namespace)
}

const share = (one: PlannedResource, other: PlannedResource): boolean =>
  at(one.inputs, ["metadata", "namespace"]) === at(other.inputs, ["metadata", "namespace"])

/** Whether labels hold all that a selector asks for; one that asks for nothing selects everything. */
const selects = (selector: unknown, labels: unknown): boolean =>
  isHidden(labels) || entries(selector).every(([key, value]) => at(labels, [key]) === value)

const autoscalerOf = (deployment: PlannedResource, { resources }: PlanView): PlannedResource | undefined =>
  resources.find(
    (one) =>
      Object.hasOwn(autoscalers, one.type) &&
      share(one, deployment) &&
      at(one.inputs, ["spec", "scaleTargetRef", "name"]) === nameOf(deployment),
  )

/** The fewest replicas that a deployment ever has, and where that is said. Kubernetes counts 1 where nothing is. */
function fewest(deployment: PlannedResource, view: PlanView): { readonly path: Path; readonly count: unknown } {
  const autoscaler = autoscalerOf(deployment, view)
  const path = autoscaler === undefined ? ["spec", "replicas"] : (autoscalers[autoscaler.type] ?? [])
  return { path, count: at((autoscaler ?? deployment).inputs, path) ?? 1 }
}

const isMany = (deployment: PlannedResource, view: PlanView): boolean => {
  const { count } = fewest(deployment, view)
  return isHidden(count) || Number(count) > 1
}

/** The deployments that clients reach: those in front of which a Service stands. */
const isServing = (deployment: PlannedResource, { resources }: PlanView): boolean =>
  resources.some(
    (one) =>
      one.type === serviceType &&
      share(one, deployment) &&
      entries(at(one.inputs, ["spec", "selector"])).length > 0 &&
      selects(at(one.inputs, ["spec", "selector"]), podLabels(deployment)),
  )

/** Selects every pod, speaks of both directions and allows neither. */
function isDefaultDeny({ inputs }: PlannedResource): boolean {
  const directions = list(at(inputs, ["spec", "policyTypes"]))
  const open = ["ingress", "egress"].flatMap((direction) => list(at(inputs, ["spec", direction])))
  return (
    isHidden(inputs.spec) ||
    (entries(at(inputs, ["spec", "podSelector", "matchLabels"])).length === 0 &&
      list(at(inputs, ["spec", "podSelector", "matchExpressions"])).length === 0 &&
      ["Ingress", "Egress"].every((direction) => directions.includes(direction)) &&
      open.length === 0)
  )
}

/**
 * The recommended labels that say the same as a tag.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
const recommended: Readonly<Record<string, string>> = {
  project: "app.kubernetes.io/part-of",
  stack: "app.kubernetes.io/instance",
  "managed-by": "app.kubernetes.io/managed-by",
}

/** What has no labels of its own: a chart's objects have the chart's. */
const unlabelled = ["kubernetes:helm.sh/v3:Release"]

/** What the objects beside the containers must say. */
export const objectChecks: readonly Check[] = [
  {
    rule: "secret-not-plain",
    types: podTypes,
    scope: "resource",
    problems: (resource) =>
      containersOf(resource).flatMap(({ path, container }) =>
        list(at(container, ["env"])).flatMap((setting, index) => {
          const name = String(at(setting, ["name"]))
          const reason = secretIn(name, at(setting, ["value"]))
          const message = `${name} holds ${reason}; take it from a Secret by secretKeyRef`
          return reason === undefined ? [] : [{ path: [...path, "env", index, "value"], message }]
        }),
      ),
  },
  {
    rule: "secret-not-plain",
    types: ["kubernetes:core/v1:ConfigMap"],
    scope: "resource",
    problems: ({ inputs }) =>
      entries(at(inputs, ["data"])).flatMap(([name, value]) => {
        const reason = secretIn(name, value)
        const message = `${name} holds ${reason}; move it to a Secret`
        return reason === undefined ? [] : [{ path: ["data", name], message }]
      }),
  },
  {
    rule: "namespace-restricted",
    types: [namespaceType],
    scope: "resource",
    problems: ({ inputs }) => {
      const level = at(inputs, enforcement)
      return isHidden(level) || level === "restricted" ? [] : [mustBe(enforcement, level, "restricted")]
    },
  },
  {
    rule: "network-default-deny",
    types: [namespaceType],
    scope: "plan",
    problems: (namespace, { resources }) => {
      const policies = resources.filter((one) => one.type === networkPolicyType && isIn(one, namespace))
      if (policies.some(isDefaultDeny)) return []
      const message =
        "no NetworkPolicy in it denies all; add one with an empty podSelector, both policyTypes and no rules"
      return [{ path: [], message }]
    },
  },
  {
    rule: "disruption-budget",
    types: [deploymentType],
    scope: "plan",
    problems: (deployment, view) => {
      const budgets = view.resources.filter((one) => one.type === budgetType && share(one, deployment))
      const isCovered = budgets.some(({ inputs }) => {
        // An empty selector takes every pod, a missing one takes none.
        const selector = at(inputs, ["spec", "selector"])
        return selector !== undefined && selects(at(selector, ["matchLabels"]), podLabels(deployment))
      })
      if (isCovered || !isMany(deployment, view)) return []
      return [{ path: [], message: "no PodDisruptionBudget selects its pods; add one with its labels" }]
    },
  },
  {
    rule: "workload-spread",
    types: [deploymentType],
    scope: "plan",
    problems: (deployment, view) => {
      const path = [...podPath(deployment), "topologySpreadConstraints"]
      const constraints = at(deployment.inputs, path)
      const keys = list(constraints).map((constraint) => at(constraint, ["topologyKey"]))
      return isHidden(constraints) || keys.includes(zone) || !isMany(deployment, view)
        ? []
        : [mustBe(path, keys, `one over ${zone}`)]
    },
  },
  {
    rule: "production-replicas",
    types: [deploymentType],
    scope: "plan",
    problems: (deployment, view) => {
      if (!inProduction(deployment, view) || !isServing(deployment, view) || isMany(deployment, view)) return []
      const { path, count } = fewest(deployment, view)
      return [mustBe(path, count, "2 or more")]
    },
  },
  {
    rule: "edge-tls",
    types: [ingressType],
    scope: "resource",
    problems: (ingress, view) => {
      const tls = at(ingress.inputs, ["spec", "tls"])
      const isSet = isHidden(tls) || list(tls).length > 0
      return isSet || !isServed(ingress, view)
        ? []
        : [mustBe(["spec", "tls"], tls, "set, with a secret for the certificate")]
    },
  },
  {
    rule: "owned",
    types: "all",
    scope: "resource",
    problems: ({ type, inputs }) => {
      if (!type.startsWith("kubernetes:") || unlabelled.includes(type)) return []
      const labels = at(inputs, ["metadata", "labels"])
      const missing = missingOwnership((name) =>
        [name, recommended[name] ?? name].some((label) => at(labels, [label]) !== undefined),
      )
      const path = ["metadata", "labels"]
      return missing === undefined ? [] : [{ path, message: `${missing}; label it with the stack's ownership` }]
    },
  },
]
