import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import type { Plan } from "../../../infra/plan/resource.ts"
import { assertBefore, find, ofType, planStack, production } from "./plan.ts"

/**
 * The engine deletes in the reverse order of dependencies. What carries a finalizer must go while the controller that
 * takes it off still runs, with all that the controller needs: otherwise its namespace hangs, and the cluster with it.
 */
describe("the order in which a stack on AWS is deleted", () => {
  /** KEDA's release, its nodes' cluster, and what lets it reach the API and AWS. */
  const keda = [
    ...["kubernetes:helm.sh/v3:Release autoscaler", "kubernetes:core/v1:Namespace autoscaler-namespace"],
    ...["kubernetes:networking.k8s.io/v1:NetworkPolicy autoscaler-traffic", "autoscaler-identity"],
  ]
  /** The cluster, with what lets its nodes out and its controllers act on AWS. */
  const cluster = [
    ...["aws:eks/cluster:Cluster cluster", "private-0-route", "private-1-route", "nat-0", "nat-1"],
    ...["cluster-AmazonEKSLoadBalancingPolicy", "cluster-AmazonEKSComputePolicy"],
    ...["cluster-AmazonEKSNetworkingPolicy", "nodes-AmazonEKSWorkerNodeMinimalPolicy"],
  ]
  let plan: Plan
  before(async () => {
    plan = await planStack(production)
  })

  test("what KEDA watches goes before KEDA", () => {
    for (const [kind, count] of [
      ["ScaledObject", 2],
      ["TriggerAuthentication", 2],
    ] as const) {
      const objects = ofType(plan, `kubernetes:keda.sh/v1alpha1:${kind}`)
      assert.equal(objects.length, count, kind)
      for (const object of objects) assertBefore(plan, object, [...keda, ...cluster])
    }
    assertBefore(plan, find(plan, "kubernetes:helm.sh/v3:Release"), [...keda.slice(1), ...cluster])
  })

  test("a scaler goes before what it scales and what it reads with", () => {
    const scaler = (name: string) => find(plan, "kubernetes:keda.sh/v1alpha1:ScaledObject", name)
    const authentication = "kubernetes:keda.sh/v1alpha1:TriggerAuthentication"
    assertBefore(plan, scaler("atlas"), ["kubernetes:apps/v1:Deployment atlas", `${authentication} optimizer-metrics`])
    assertBefore(plan, scaler("atlas-worker"), [
      ...["kubernetes:apps/v1:Deployment atlas-worker", `${authentication} optimizer-queue`],
    ])
  })

  test("the binding of the targets goes before the Service, the group, the load balancer and the cluster", () => {
    assertBefore(plan, find(plan, "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding"), [
      ...["kubernetes:core/v1:Service optimizer-service", "kubernetes:core/v1:Namespace optimizer"],
      ...["aws:lb/targetGroup:TargetGroup gateways", "aws:lb/loadBalancer:LoadBalancer load-balancer", ...cluster],
    ])
  })

  test("the workers go before their nodes, and the nodes before the cluster that takes them away", () => {
    const pool = "kubernetes:karpenter.sh/v1:NodePool"
    assertBefore(plan, find(plan, "kubernetes:apps/v1:Deployment", "atlas-worker"), [`${pool} worker-pool`])
    assertBefore(plan, find(plan, pool), cluster)
  })

  test("every object of the cluster goes before it, and the cluster before its log group", () => {
    for (const object of plan.resources.filter(({ type }) => type.startsWith("kubernetes:"))) {
      assertBefore(plan, object, ["aws:eks/cluster:Cluster cluster"])
    }
    for (const addon of ofType(plan, "aws:eks/addon:Addon")) assertBefore(plan, addon, cluster)
    assertBefore(plan, find(plan, "aws:eks/cluster:Cluster"), ["aws:cloudwatch/logGroup:LogGroup cluster-logs"])
  })
})
