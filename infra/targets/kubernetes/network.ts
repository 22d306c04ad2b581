import type { ClusterNetwork, Peers } from "../../kubernetes/index.ts"
import type { Values } from "./keys.ts"

/** Where a Prometheus usually is. */
const usualMetricsNamespace = "monitoring"

/**
 * Where a node answers names itself, with NodeLocal DNSCache.
 * https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/#configuration
 */
const nodeLocalDns = "169.254.20.10/32"

/** Every namespace has its name as a label: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name */
const namespacePeer = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
})

const rangePeers = (ranges: readonly string[] = []): Peers => ranges.map((cidr) => ({ ipBlock: { cidr } }))

/** What the config says of the cluster's network; where it says nothing of a peer, the peer's port is open to all. */
export function networkOf(values: Values, hasRedis: boolean): ClusterNetwork {
  const ingress = values["atlas:ingressNamespace"]
  const stores = rangePeers(values["atlas:dataNetworks"])
  return {
    ingress: ingress === undefined ? [] : [namespacePeer(ingress)],
    collectors: [namespacePeer(values["atlas:metricsNamespace"] ?? usualMetricsNamespace)],
    dns: [namespacePeer("kube-system"), { ipBlock: { cidr: nodeLocalDns } }],
    database: stores,
    redis: hasRedis ? stores : undefined,
    egress: [],
    trusted: values["atlas:trustedProxies"] ?? [],
  }
}
