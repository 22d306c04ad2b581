import * as aws from "@pulumi/aws"
import * as kubernetes from "@pulumi/kubernetes"
import type * as pulumi from "@pulumi/pulumi"
import { vcpus } from "../../spec/units.ts"
import type { Cluster } from "./cluster.ts"
import { createPodIdentity } from "./identity.ts"
import { createLogGroup } from "./logs.ts"
import type { Scope } from "./scope.ts"

/** What the pods need of the cluster, beyond what Auto Mode brings. */
export function createAddons(scope: Scope, cluster: Cluster): pulumi.Resource[] {
  return [enforceNetworkPolicies(scope, cluster), createMetricsServer(scope, cluster), createLogging(scope, cluster)]
}

/**
 * Auto Mode accepts network policies and ignores them until this says otherwise:
 * https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html
 */
function enforceNetworkPolicies(scope: Scope, { provider }: Cluster): pulumi.Resource {
  return new kubernetes.core.v1.ConfigMap(
    "network-policies",
    {
      metadata: { name: "amazon-vpc-cni", namespace: "kube-system", labels: scope.labels },
      data: { "enable-network-policy-controller": "true" },
    },
    { parent: scope.parent, provider },
  )
}

interface AddonArgs {
  readonly configurationValues?: string
  readonly after?: readonly pulumi.Resource[]
}

function createAddon(scope: Scope, { cluster }: Cluster, addonName: string, args: AddonArgs = {}): aws.eks.Addon {
  const { configurationValues, after = [] } = args
  return new aws.eks.Addon(
    addonName,
    {
      clusterName: cluster.name,
      addonName,
      ...(configurationValues === undefined ? {} : { configurationValues }),
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      tags: scope.tags(addonName),
    },
    { parent: scope.parent, dependsOn: [...after] },
  )
}

/** Processor and memory of the pods, by which they are scaled. */
const createMetricsServer = (scope: Scope, cluster: Cluster) => createAddon(scope, cluster, "metrics-server")

/**
 * The Secrets Store CSI driver with AWS's provider in one:
 * https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
 */
export const createSecretsDriver = (scope: Scope, cluster: Cluster) =>
  createAddon(scope, cluster, "aws-secrets-store-csi-driver-provider")

/** Where the add-on writes the lines of the containers. */
export const applicationLogs = (clusterName: string) => `/aws/containerinsights/${clusterName}/application`

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html */
function createLogging(scope: Scope, cluster: Cluster): pulumi.Resource {
  // The agent would make them by itself, keep them for ever, and leave them behind.
  const logs = ["application", "dataplane", "host", "performance"].map((kind) =>
    createLogGroup(scope, `logs-${kind}`, applicationLogs(cluster.name).replace(/application$/, kind)),
  )
  const identity = createPodIdentity(scope, {
    name: "logs",
    cluster: cluster.cluster,
    namespace: "amazon-cloudwatch",
    serviceAccount: "cloudwatch-agent",
    managed: ["CloudWatchAgentServerPolicy"],
  })
  const configurationValues = JSON.stringify({ containerLogs: { enabled: true } })
  return createAddon(scope, cluster, "amazon-cloudwatch-observability", {
    configurationValues,
    after: [...logs, identity.association],
  })
}

/** Marks the nodes that only workers may use. */
const taint = { key: "atlas/workers", effect: "NoSchedule" } as const

export const workerPool = {
  name: "workers",
  placement: {
    nodeSelector: { "karpenter.sh/nodepool": "workers" },
    tolerations: [{ ...taint, operator: "Exists" }],
  },
} as const

/**
 * Spot nodes for the workers, whose jobs survive a node that is taken away; on-demand ones where there is no spot
 * capacity. https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html
 */
export function createWorkerPool(scope: Scope, { provider }: Cluster): pulumi.Resource {
  const { replicas, size } = scope.context.spec.workloads.worker
  return new kubernetes.apiextensions.CustomResource(
    "worker-pool",
    {
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name: workerPool.name, labels: scope.labels },
      spec: nodePoolSpec(replicas.max * vcpus(size.limit.cpu)),
    },
    { parent: scope.parent, provider },
  )
}

/** `cpus` are what the workers take at most; nodes are larger than a pod, so the pool may grow to twice that. */
export function nodePoolSpec(cpus: number) {
  const requirement = (key: string, operator: "In" | "Gt", ...values: string[]) => ({ key, operator, values })
  return {
    template: {
      spec: {
        nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "default" },
        requirements: [
          requirement("karpenter.sh/capacity-type", "In", "spot", "on-demand"),
          requirement("kubernetes.io/arch", "In", "amd64"),
          requirement("eks.amazonaws.com/instance-category", "In", "c", "m", "r"),
          requirement("eks.amazonaws.com/instance-generation", "Gt", "4"),
        ],
        taints: [taint],
        expireAfter: "336h",
      },
    },
    disruption: { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "60s" },
    limits: { cpu: String(Math.ceil(2 * cpus)) },
  }
}
