import type { types } from "@pulumi/kubernetes"
import type * as pulumi from "@pulumi/pulumi"
import type { WorkloadName } from "../../app/contract/roles.ts"
import { type Labels, metadataOf, selectorOf } from "./labels.ts"
import { names, portNames, servicePort } from "./names.ts"

/** ReplicaSets of earlier releases that are kept, for whoever must go back by hand. */
const revisions = 10

/** Never below the serving count: one more is started before one is stopped. */
export const surge = { maxSurge: 1, maxUnavailable: 0 } as const

/** How long a cluster may take to find a node for a pod and to pull its images, in seconds. */
export const startingSeconds = 600

/** What a pod takes from its start until it serves, with a load balancer's own checks after the probes, in seconds. */
const servingSeconds = 60

/**
 * How long a rollout may take, in seconds: pods are replaced one after the other, so a large workload needs longer than
 * the ten minutes for which the engine would wait. One that makes no progress for ten minutes the cluster itself calls
 * failed (progressDeadlineSeconds).
 */
export const rolloutSeconds = (pods: number): number => startingSeconds + pods * servingSeconds

export interface DeploymentArgs {
  readonly name: WorkloadName
  readonly labels: Labels
  /** How many a first deploy starts; from then on the autoscaler has it. */
  readonly replicas: number
  readonly pod: types.input.core.v1.PodTemplateSpec
}

export const deploymentArgs = ({ name, labels, replicas, pod }: DeploymentArgs) =>
  ({
    metadata: metadataOf(names.deployments[name], { ...labels, ...selectorOf(name) }),
    spec: {
      replicas,
      revisionHistoryLimit: revisions,
      selector: { matchLabels: selectorOf(name) },
      strategy: { type: "RollingUpdate", rollingUpdate: surge },
      template: pod,
    },
  }) satisfies types.input.apps.v1.Deployment

/** One pod may be away while nodes are emptied; one that is broken anyway does not hold a node up. */
export const disruptionBudgetArgs = (name: WorkloadName, labels: Labels) =>
  ({
    metadata: metadataOf(names.deployments[name], labels),
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selectorOf(name) },
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  }) satisfies types.input.policy.v1.PodDisruptionBudget

/** Clients reach the gateway, never the app around it. */
export const serviceArgs = (labels: Labels) =>
  ({
    metadata: metadataOf(names.service, { ...labels, ...selectorOf("api") }),
    spec: {
      type: "ClusterIP",
      selector: selectorOf("api"),
      ports: [{ name: portNames.app, port: servicePort, targetPort: portNames.proxy, protocol: "TCP" }],
    },
  }) satisfies types.input.core.v1.Service

/**
 * The name of a release's gate. An image is named by its digest, whose first digits tell releases apart; a bundle or a
 * tag has none and is refused.
 */
export function gateName(reference: string): string {
  const digest = /@sha256:([0-9a-f]{12})/.exec(reference)?.[1]
  if (digest === undefined) throw new Error(`The release "${reference}" is no image by digest, so its gate has no name`)
  return `${names.gate}-${digest}`
}

export interface GateArgs {
  readonly name: pulumi.Input<string>
  readonly labels: Labels
  readonly pod: types.input.core.v1.PodTemplateSpec
}

/** A pod that runs to its end: what makes room on nodes leaves it alone (Karpenter, so EKS Auto Mode, and the autoscaler). */
export const undisturbed = {
  // https://karpenter.sh/docs/concepts/disruption/#pod-level-controls
  "karpenter.sh/do-not-disrupt": "true",
  // https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md (safe-to-evict)
  "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
} as const

/**
 * Tried once, and kept afterwards with its log: without a time to live, which would make an update run it again. That its
 * node was taken away says nothing of the release, so it is then tried again.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
export const gateArgs = ({ name, labels, pod }: GateArgs) =>
  ({
    metadata: { ...metadataOf(names.gate, { ...labels, ...selectorOf("gate") }), name },
    spec: {
      backoffLimit: 0,
      podFailurePolicy: {
        rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
      },
      completions: 1,
      parallelism: 1,
      template: pod,
    },
  }) satisfies types.input.batch.v1.Job
