import * as kubernetes from "@pulumi/kubernetes"
import type * as pulumi from "@pulumi/pulumi"
import type { WorkloadName } from "../../app/contract/roles.ts"
import type { ClusterInputs } from "./inputs.ts"
import { type Labels, labelsOf, metadataOf } from "./labels.ts"
import { names } from "./names.ts"
import { namespaceSecurity } from "./security.ts"

/** What all other objects stand on. */
export interface Ground {
  readonly labels: Labels
  readonly namespace: kubernetes.core.v1.Namespace
  readonly serviceAccounts: Readonly<Record<WorkloadName, kubernetes.core.v1.ServiceAccount>>
  /** Options of an object in the namespace, which is made after these. */
  inside(...after: readonly pulumi.Resource[]): pulumi.CustomResourceOptions
}

export function createGround(inputs: ClusterInputs): Ground {
  const { context, parent, provider, namespaceLabels, serviceAccountAnnotations } = inputs
  const labels = labelsOf(context)
  const base = { parent, ...(provider === undefined ? {} : { provider }) }
  const namespace = new kubernetes.core.v1.Namespace(names.namespace, namespaceArgs(labels, namespaceLabels), base)
  const inside: Ground["inside"] = (...after) => ({ ...base, dependsOn: [namespace, ...after] })
  const account = (name: WorkloadName) =>
    new kubernetes.core.v1.ServiceAccount(
      names.serviceAccounts[name],
      serviceAccountArgs(name, labels, serviceAccountAnnotations?.[name]),
      inside(),
    )
  return { labels, namespace, serviceAccounts: { api: account("api"), worker: account("worker") }, inside }
}

export const namespaceArgs = (labels: Labels, more: Labels = {}) =>
  ({
    metadata: { name: names.namespace, labels: { ...labels, ...more, ...namespaceSecurity } },
  }) satisfies kubernetes.types.input.core.v1.Namespace

/** The app asks the cluster for nothing, so it gets no token; a cloud's own identity comes by another volume. */
export const serviceAccountArgs = (
  name: WorkloadName,
  labels: Labels,
  annotations?: Readonly<Record<string, string>>,
) =>
  ({
    metadata: {
      ...metadataOf(names.serviceAccounts[name], labels),
      ...(annotations === undefined ? {} : { annotations }),
    },
    automountServiceAccountToken: false,
  }) satisfies kubernetes.types.input.core.v1.ServiceAccount
