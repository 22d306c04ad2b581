import type { types } from "@pulumi/kubernetes"
import type { Input } from "@pulumi/pulumi"
import { service } from "../../app/contract/service.ts"
import { gatewayPorts } from "../spec/gateway.ts"
import type { ClusterNetwork, Peers } from "./inputs.ts"
import { type Labels, metadataOf, selectorOf, workloadSelector } from "./labels.ts"

type Policy = Pick<types.input.networking.v1.NetworkPolicy, "metadata" | "spec">
type Selector = types.input.meta.v1.LabelSelector

/** The ports on which the stores listen, from their URLs. */
export interface StorePorts {
  readonly database: Input<number>
  readonly redis: Input<number> | undefined
}

const ports = { dns: 53, https: 443 } as const

/**
 * Addresses that only the own node answers, among them the cloud's instance metadata with the node's credentials.
 * https://www.rfc-editor.org/rfc/rfc3927
 */
const linkLocal = "169.254.0.0/16"

const everyPod: Selector = {}

const tcp = (...numbers: readonly Input<number>[]) => numbers.map((port) => ({ protocol: "TCP", port }))

/**
 * What the pods may do, by the name of each policy: nothing, and then exactly what the picture shows. Probes need no
 * rule: a pod's own node always reaches it.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function networkPolicies(network: ClusterNetwork, stores: StorePorts, labels: Labels): Record<string, Policy> {
  const policy = (
    name: string,
    podSelector: Selector,
    rules: Omit<types.input.networking.v1.NetworkPolicySpec, "podSelector">,
  ) => ({
    [name]: { metadata: metadataOf(name, labels), spec: { podSelector, ...rules } },
  })
  const from = (podSelector: Selector, name: string, peers: Peers, ...numbers: number[]) =>
    policy(name, podSelector, {
      policyTypes: ["Ingress"],
      ingress: [{ ...(peers.length === 0 ? {} : { from: [...peers] }), ports: tcp(...numbers) }],
    })
  const to = (name: string, ...egress: types.input.networking.v1.NetworkPolicyEgressRule[]) =>
    policy(name, everyPod, { policyTypes: ["Egress"], egress })
  const reach = (peers: Peers, allowed: types.input.networking.v1.NetworkPolicyPort[]) => ({
    ...(peers.length === 0 ? {} : { to: [...peers] }),
    ports: allowed,
  })

  return {
    ...policy("default-deny", everyPod, { policyTypes: ["Ingress", "Egress"] }),
    ...from({ matchLabels: selectorOf("api") }, "clients-to-gateway", network.ingress, gatewayPorts.proxy),
    ...from(workloadSelector, "collectors-to-metrics", network.collectors, service.port, gatewayPorts.status),
    ...to("to-dns", reach(network.dns, [{ protocol: "UDP", port: ports.dns }, ...tcp(ports.dns)])),
    ...to("to-database", reach(network.database, tcp(stores.database))),
    ...(network.redis === undefined || stores.redis === undefined
      ? {}
      : to("to-redis", reach(network.redis, tcp(stores.redis)))),
    ...to("to-https", reach([{ ipBlock: { cidr: "0.0.0.0/0", except: [linkLocal] } }], tcp(ports.https))),
    ...(network.egress.length === 0 ? {} : to("to-others", ...network.egress)),
  }
}
