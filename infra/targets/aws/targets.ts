import * as aws from "@pulumi/aws"
import * as kubernetes from "@pulumi/kubernetes"
import { liveness, readiness, service } from "../../../app/contract/service.ts"
import { names, servicePort } from "../../kubernetes/index.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { Cluster } from "./cluster.ts"
import type { Network } from "./network.ts"
import type { Scope } from "./scope.ts"

export interface TargetsArgs {
  readonly cluster: Cluster
  readonly network: Network
  /** The Service of the gateways. */
  readonly service: kubernetes.core.v1.Service
}

/**
 * Labels of a namespace in which a new pod counts as ready only when the load balancer finds it healthy too, so that a
 * rollout stops no old pod before; Auto Mode's own name for it. A pod that is older than its binding does without:
 * https://aws.amazon.com/blogs/containers/how-to-build-highly-available-kubernetes-applications-with-amazon-eks-auto-mode/
 */
export const readinessGates = { "eks.amazonaws.com/pod-readiness-gate-inject": "enabled" } as const

/** EKS may only fill groups that carry its cluster's tag: https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html */
export function createTargetGroup(scope: Scope, { cluster, network }: TargetsArgs): aws.lb.TargetGroup {
  return new aws.lb.TargetGroup(
    "gateways",
    {
      name: scope.name("targetGroup", ""),
      vpcId: network.vpc.id,
      targetType: "ip",
      protocol: "HTTP",
      port: gatewayPorts.proxy,
      // Some answers take microseconds and some minutes: taking turns would queue behind the slow ones.
      loadBalancingAlgorithmType: "least_outstanding_requests",
      // The load balancer waits for as long as a request may take: what a leaving pod still finishes is the pod's affair.
      deregistrationDelay: service.requestTimeoutSeconds,
      healthCheck: {
        path: liveness.path,
        matcher: "200",
        interval: readiness.periodSeconds,
        timeout: readiness.timeoutSeconds,
        unhealthyThreshold: readiness.failureThreshold,
        healthyThreshold: 2,
      },
      tags: { ...scope.tags("gateways"), "eks:eks-cluster-name": cluster.name },
    },
    { parent: scope.parent },
  )
}

/** Puts the pods behind the Service into the group, and takes them out when they leave. */
export function bindTargets(
  scope: Scope,
  target: aws.lb.TargetGroup,
  { cluster, service }: TargetsArgs,
  listeners: readonly aws.lb.Listener[],
): void {
  new kubernetes.apiextensions.CustomResource(
    "target-binding",
    {
      apiVersion: "eks.amazonaws.com/v1",
      kind: "TargetGroupBinding",
      metadata: { name: names.service, namespace: names.namespace, labels: scope.labels },
      spec: {
        serviceRef: { name: names.service, port: servicePort },
        targetGroupARN: target.arn,
        targetType: "ip",
      },
    },
    { parent: scope.parent, provider: cluster.provider, dependsOn: [service, ...listeners] },
  )
}
