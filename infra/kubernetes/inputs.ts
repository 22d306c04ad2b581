import type * as kubernetes from "@pulumi/kubernetes"
import type * as pulumi from "@pulumi/pulumi"
import type { EnvName } from "../../app/contract/env.ts"
import type { WorkloadName } from "../../app/contract/roles.ts"
import type { StackLabels } from "../observability/index.ts"
import type { StackParts, TargetContext } from "../spec/target.ts"
import type { Labels } from "./labels.ts"

type Input<Value> = pulumi.Input<Value>

/** What a cluster must say of itself before the workloads can stand in it. */
export interface ClusterInputs {
  readonly context: TargetContext
  /** The parent of every object. */
  readonly parent: pulumi.Resource
  /** Undefined: the ambient one, from KUBECONFIG. */
  readonly provider: kubernetes.Provider | undefined
  /** What must stand before the first pod: nodes, add-ons, identities, security rules. The namespace does not wait. */
  readonly podsAfter: readonly pulumi.Resource[]
  /**
   * The variables for which the target has no value. Known before any resource, so that the objects have the same shape
   * in every plan, whatever their values turn out to be.
   */
  readonly absent: readonly EnvName[]
  /** Undefined: a Secret of the cluster holds them. */
  readonly secretStore?: SecretStore
  readonly network: ClusterNetwork
  readonly metrics: ClusterMetrics
  /** Labels of the namespace by which a cloud's own controllers know what to do in it. */
  readonly namespaceLabels?: Labels
  /** Annotations of each workload's ServiceAccount, where a cloud binds identities by them. */
  readonly serviceAccountAnnotations?: Readonly<Partial<Record<WorkloadName, Readonly<Record<string, string>>>>>
  /** Where a workload's pods may run beyond the general nodes, such as a pool of spot nodes for the workers. */
  readonly placement?: Readonly<Partial<Record<WorkloadName, Placement>>>
}

/** A store of secrets outside the cluster, which the Secrets Store CSI driver mounts as files: nothing is copied. */
export interface SecretStore {
  /** The name of its provider for the driver. */
  readonly provider: string
  /** Keeps what the pods of a part mount, by the names of the files, and lets each reader read its own. */
  keep(part: "process" | "gateway", files: Readonly<Record<string, SecretFile>>): KeptSecrets
  /** How KEDA's operator reads one that is kept, as the spec of a TriggerAuthentication. */
  authentication(file: string, parameter: string): Readonly<Record<string, unknown>>
}

/** The pods of a workload, or KEDA's operator. */
export type SecretReader = WorkloadName | "autoscaler"

export interface SecretFile {
  readonly value: pulumi.Output<string>
  readonly readers: readonly SecretReader[]
}

export interface KeptSecrets {
  /** Parameters of a SecretProviderClass: which secrets, and which version of each. They hold none of the values. */
  readonly parameters: pulumi.Output<Record<string, string>>
  /** What must stand before a pod mounts them. */
  readonly resources: readonly pulumi.Resource[]
}

export interface Placement {
  readonly nodeSelector: Readonly<Record<string, string>>
  readonly tolerations: readonly kubernetes.types.input.core.v1.Toleration[]
}

export type Peer = kubernetes.types.input.networking.v1.NetworkPolicyPeer

/** A set of addresses; the empty list is every address, as in a NetworkPolicy. */
export type Peers = readonly Peer[]

/** What the pods talk to. Everything else is denied. */
export interface ClusterNetwork {
  /** Who may reach the gateway: the ingress controller, or the load balancer's subnets. */
  readonly ingress: Peers
  /** Who may read metrics. */
  readonly collectors: Peers
  /** Who answers names. */
  readonly dns: Peers
  readonly database: Peers
  /** Nobody where there is no Redis. */
  readonly redis: Peers | undefined
  /** Further rules, such as the address of a cloud's credentials. */
  readonly egress: readonly kubernetes.types.input.networking.v1.NetworkPolicyEgressRule[]
  /** Address ranges of the proxies before the gateway, whose X-Forwarded-For counts. */
  readonly trusted: readonly string[]
}

/** Where the requests per second that the scaler follows are read. */
export interface ClusterMetrics {
  /** The base URL of a Prometheus, or of a service that speaks its query API. */
  readonly prometheusUrl: Input<string>
  /** With a region the queries are signed for Amazon Managed Prometheus, by the identity of KEDA's own operator. */
  readonly awsRegion?: Input<string>
  /** Who is told where to scrape: annotations that a Prometheus looks for, or the Prometheus operator's PodMonitor. */
  readonly discovery: "annotations" | "pod-monitor"
}

export interface KubernetesParts {
  readonly namespace: kubernetes.core.v1.Namespace
  /** One identity for each workload; the gate has the api's. Named in `names.serviceAccounts` from the start. */
  readonly serviceAccounts: Readonly<Record<WorkloadName, kubernetes.core.v1.ServiceAccount>>
  gate: StackParts["gate"]
  /** The url of the api's binding is its Service's, inside the cluster. */
  workload: StackParts["workload"]
  /** The dashboard and, where the Prometheus operator is, the alerts; `stack` tells the stack's series from others'. */
  watch(stack: StackLabels): void
  /** The api's Service, in front of the gateways. Throws before `workload("api", …)` has been called. */
  service(): kubernetes.core.v1.Service
}
