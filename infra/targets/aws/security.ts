import * as aws from "@pulumi/aws"
import type * as pulumi from "@pulumi/pulumi"
import { service } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import { standardPorts } from "../../spec/ports.ts"
import { webPorts } from "./ports.ts"
import type { Scope } from "./scope.ts"

export interface SecurityGroups {
  readonly loadBalancer: aws.ec2.SecurityGroup
  readonly database: aws.ec2.SecurityGroup
  readonly cache: aws.ec2.SecurityGroup
  readonly scraper: aws.ec2.SecurityGroup
}

/** Groups without a rule: nothing passes until `allowTraffic` says what the picture shows. */
export function createSecurityGroups(scope: Scope, vpc: aws.ec2.Vpc): SecurityGroups {
  const group = (name: string, description: string) =>
    new aws.ec2.SecurityGroup(
      `${name}-security`,
      { vpcId: vpc.id, name: scope.name("securityGroup", name), description, tags: scope.tags(name) },
      { parent: scope.parent },
    )
  return {
    loadBalancer: group("load-balancer", "Clients to the load balancer, and it to the gateways"),
    database: group("database", "Pods to the database"),
    cache: group("cache", "Pods to the cache"),
    scraper: group("scraper", "The metrics collector to the pods and to the API of the cluster"),
  }
}

/** Who may open connections to whom, on one TCP port. */
interface Flow {
  readonly name: string
  readonly port: number
  readonly from: "anywhere" | pulumi.Input<string>
  readonly to: pulumi.Input<string>
  /** The sender's group lets nothing out either. The one that EKS makes lets everything out. */
  readonly guarded: boolean
}

/** `cluster` is the group that EKS makes: all its nodes are in it, and on Auto Mode all pods with them. */
export function allowTraffic(
  scope: Scope,
  { loadBalancer, database, cache, scraper }: SecurityGroups,
  cluster: pulumi.Output<string>,
): pulumi.Resource[] {
  const scraped = { metrics: service.port, "gateway-metrics": gatewayPorts.status, "cluster-api": webPorts.https }
  const flows: Flow[] = [
    { name: "clients-http", port: webPorts.http, from: "anywhere", to: loadBalancer.id, guarded: false },
    ...(scope.context.spec.edge.domain === undefined
      ? []
      : [{ name: "clients-https", port: webPorts.https, from: "anywhere", to: loadBalancer.id, guarded: false }]),
    { name: "gateways", port: gatewayPorts.proxy, from: loadBalancer.id, to: cluster, guarded: true },
    ...Object.entries(scraped).map(([name, port]) => ({
      name: `scraper-${name}`,
      port,
      from: scraper.id,
      to: cluster,
      guarded: true,
    })),
    { name: "pods-database", port: standardPorts.postgres, from: cluster, to: database.id, guarded: false },
    { name: "pods-cache", port: standardPorts.redis, from: cluster, to: cache.id, guarded: false },
  ]
  return flows.flatMap((flow) => [createIngress(scope, flow), ...(flow.guarded ? [createEgress(scope, flow)] : [])])
}

const ports = ({ name, port }: Flow) => ({ ipProtocol: "tcp", fromPort: port, toPort: port, description: name })

function createIngress(scope: Scope, flow: Flow): pulumi.Resource {
  const source = flow.from === "anywhere" ? { cidrIpv4: "0.0.0.0/0" } : { referencedSecurityGroupId: flow.from }
  return new aws.vpc.SecurityGroupIngressRule(
    `${flow.name}-in`,
    { securityGroupId: flow.to, ...source, ...ports(flow), tags: scope.tags(flow.name) },
    { parent: scope.parent },
  )
}

function createEgress(scope: Scope, flow: Flow): pulumi.Resource {
  return new aws.vpc.SecurityGroupEgressRule(
    `${flow.name}-out`,
    {
      securityGroupId: flow.from,
      referencedSecurityGroupId: flow.to,
      ...ports(flow),
      tags: scope.tags(flow.name),
    },
    { parent: scope.parent },
  )
}
