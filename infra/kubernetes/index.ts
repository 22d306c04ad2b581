/** The workload layer that every target on Kubernetes shares: from the neutral language to objects in a namespace. */
export type {
  ClusterInputs,
  ClusterMetrics,
  ClusterNetwork,
  KeptSecrets,
  KubernetesParts,
  Peer,
  Peers,
  Placement,
  SecretFile,
  SecretReader,
  SecretStore,
} from "./inputs.ts"
export { type Labels, labelsOf, metadataOf, selectorOf } from "./labels.ts"
export { names, portNames, servicePort } from "./names.ts"
export { kubernetesParts } from "./parts.ts"
export { surge } from "./workloads.ts"
