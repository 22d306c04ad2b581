import { type ClusterNetwork, type KubernetesParts, kubernetesParts, names } from "../../kubernetes/index.ts"
import { createAddons, createSecretsDriver, createWorkerPool, workerPool } from "./addons.ts"
import { blocks, credentials, nodeLocal } from "./addresses.ts"
import { type Archive, createArchive } from "./archive.ts"
import { createAutoscaler } from "./autoscaler.ts"
import { type Cluster, createCluster, serviceCidr } from "./cluster.ts"
import { createPodIdentity } from "./identity.ts"
import { createNetwork, type Network } from "./network.ts"
import { createMetrics, type Metrics } from "./observability.ts"
import { archiveAccess } from "./policies.ts"
import type { Scope } from "./scope.ts"
import { createSecretStore } from "./secret-store.ts"
import { allowTraffic, createSecurityGroups, type SecurityGroups } from "./security.ts"
import { planSubnets } from "./subnets.ts"
import { readinessGates } from "./targets.ts"

/** What the parts share. */
export interface Ground {
  readonly network: Network
  readonly groups: SecurityGroups
  readonly cluster: Cluster
  readonly archive: Archive
  readonly metrics: Metrics
  readonly workloads: KubernetesParts
}

/** Network, cluster and what pods need of it; the identities come before the first pod. */
export function layGround(scope: Scope): Ground {
  const { spec } = scope.context
  const network = createNetwork(scope)
  const groups = createSecurityGroups(scope, network.vpc)
  const cluster = createCluster(scope, network)
  const rules = allowTraffic(scope, groups, cluster.securityGroupId)
  const archive = createArchive(scope, spec.backups, network.vpc.ownerId)
  const metrics = createMetrics(scope, cluster, network, groups)
  const autoscaler = createAutoscaler(scope, cluster, network, metrics)
  const identities = createIdentities(scope, cluster, archive)
  const podsAfter = [
    ...rules,
    ...createAddons(scope, cluster),
    autoscaler.release,
    createWorkerPool(scope, cluster),
    ...Object.values(identities).map(({ association }) => association),
  ]
  const driver = createSecretsDriver(scope, cluster)
  const workloads = kubernetesParts({
    context: scope.context,
    parent: scope.parent,
    provider: cluster.provider,
    podsAfter,
    absent: ["REDIS_CA"],
    secretStore: createSecretStore(scope, { ...identities, autoscaler }, driver),
    network: clusterNetwork(spec.network.cidr, network.zones.length),
    metrics: { prometheusUrl: metrics.url, awsRegion: scope.values["aws:region"], discovery: "annotations" },
    namespaceLabels: readinessGates,
    placement: { worker: workerPool.placement },
  })
  return { network, groups, cluster, archive, metrics, workloads }
}

/** Each reads its own secrets (`createSecretStore`), and the worker reaches the archive: that is all they may. */
function createIdentities(scope: Scope, { cluster }: Cluster, { bucket }: Archive) {
  const shared = { cluster, namespace: names.namespace }
  return {
    api: createPodIdentity(scope, { ...shared, name: "api", serviceAccount: names.serviceAccounts.api }),
    worker: createPodIdentity(scope, {
      ...shared,
      name: "worker",
      serviceAccount: names.serviceAccounts.worker,
      inline: bucket.arn.apply(archiveAccess),
    }),
  }
}

/** What the pods may talk to, by address: nothing but pods and the network's own services has a label to select by. */
export function clusterNetwork(cidr: string, zones: number): ClusterNetwork {
  const subnets = planSubnets(cidr, zones)
  return {
    ingress: blocks(subnets.public),
    collectors: blocks(subnets.private),
    dns: blocks([serviceCidr, ...subnets.private, nodeLocal]),
    database: blocks(subnets.data),
    redis: blocks(subnets.data),
    egress: [{ to: blocks([credentials.cidr]), ports: [{ protocol: "TCP", port: credentials.port }] }],
    trusted: subnets.public,
  }
}
