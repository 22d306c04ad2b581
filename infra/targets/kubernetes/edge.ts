import { networking } from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import { type KubernetesParts, labelsOf, names } from "../../kubernetes/index.ts"
import type { EdgeSpec } from "../../spec/stack-spec.ts"
import type { EdgeBinding, TargetContext, WorkloadBinding } from "../../spec/target.ts"
import { ingressArgs } from "./ingress.ts"
import type { Values } from "./keys.ts"
import { forwardCommand } from "./reach.ts"

interface Surroundings {
  readonly context: TargetContext
  readonly values: Values
  readonly cluster: KubernetesParts
  readonly parent: pulumi.Resource
}

/** With a domain an Ingress; without one, which production never is, the Service inside the cluster is all there is. */
export function createEdge({ domain }: EdgeSpec, api: WorkloadBinding, around: Surroundings): EdgeBinding {
  if (api.url === undefined) throw new Error("The api has no gateway, so clients cannot reach it")
  const { context, values, cluster, parent } = around
  const className = values["atlas:ingressClass"]
  const clusterIssuer = values["atlas:clusterIssuer"]
  if (domain === undefined || className === undefined || clusterIssuer === undefined) {
    return { url: api.url, instructions: pulumi.output(`No domain is set. From your machine: ${forwardCommand}`) }
  }
  const annotations = values["atlas:ingressAnnotations"] ?? {}
  const args = ingressArgs({ domain, className, clusterIssuer, annotations, labels: labelsOf(context) })
  new networking.v1.Ingress(names.ingress, args, { parent, dependsOn: [cluster.namespace, cluster.service()] })
  return {
    url: pulumi.output(`https://${domain}`),
    instructions: pulumi.output(
      `Point ${domain} at the address that "kubectl get ingress ${names.ingress} --namespace ${names.namespace}" shows`,
    ),
  }
}
