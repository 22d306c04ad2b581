import * as aws from "@pulumi/aws"
import type * as pulumi from "@pulumi/pulumi"
import type { Scope } from "./scope.ts"
import { planSubnets } from "./subnets.ts"
import { createFlowLog } from "./traffic-logs.ts"
import { isZoneId, zonesOf } from "./zones.ts"

export interface Network {
  readonly vpc: aws.ec2.Vpc
  readonly publicSubnets: readonly aws.ec2.Subnet[]
  readonly privateSubnets: readonly aws.ec2.Subnet[]
  readonly dataSubnets: readonly aws.ec2.Subnet[]
  /** Their zones, in the same order. */
  readonly zones: readonly string[]
  /** Ways out of the network: what runs in it needs them while it lives. */
  readonly routes: readonly pulumi.Resource[]
}

/** Public subnets for the load balancer, private ones for nodes and pods, and ones without a way out for the data. */
export function createNetwork(scope: Scope): Network {
  const { cidr, zones: count } = scope.context.spec.network
  const zones = zonesOf(scope.values, count)
  const plan = planSubnets(cidr, zones.length)
  const vpc = createVpc(scope, cidr)
  createFlowLog(scope, vpc)
  const gateway = new aws.ec2.InternetGateway(
    "internet-gateway",
    { vpcId: vpc.id, tags: scope.tags("internet-gateway") },
    { parent: scope.parent },
  )
  const subnets = (kind: keyof typeof plan, tags: Record<string, string> = {}) =>
    zones.flatMap((zone, index) =>
      plan[kind].slice(index, index + 1).map((cidr) => createSubnet(scope, vpc, { kind, zone, cidr, tags })),
    )
  const publicSubnets = subnets("public", { "kubernetes.io/role/elb": "1" })
  const privateSubnets = subnets("private", { "kubernetes.io/role/internal-elb": "1" })
  const dataSubnets = subnets("data")

  const ways = [
    ...publicWay(scope, vpc, gateway, publicSubnets),
    ...privateWays(scope, vpc, gateway, publicSubnets, privateSubnets),
  ]
  const closed = createTable(scope, vpc, "data")
  associate(scope, "data", closed, dataSubnets)
  return { vpc, zones, publicSubnets, privateSubnets, dataSubnets, routes: ways }
}

/** What nobody chose a group for gets the default one, which is emptied here. */
function createVpc(scope: Scope, cidr: string): aws.ec2.Vpc {
  const { parent } = scope
  const vpc = new aws.ec2.Vpc(
    "vpc",
    { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: scope.tags("vpc") },
    { parent },
  )
  new aws.ec2.DefaultSecurityGroup(
    "default-security-group",
    { vpcId: vpc.id, ingress: [], egress: [], tags: scope.tags("unused") },
    { parent },
  )
  return vpc
}

interface SubnetArgs {
  readonly kind: string
  readonly zone: string
  readonly cidr: string
  readonly tags: Record<string, string>
}

/** The tags are how EKS tells subnets for load balancers: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
function createSubnet(scope: Scope, vpc: aws.ec2.Vpc, { kind, zone, cidr, tags }: SubnetArgs): aws.ec2.Subnet {
  const name = `${kind}-${zone}`
  return new aws.ec2.Subnet(
    name,
    {
      vpcId: vpc.id,
      cidrBlock: cidr,
      ...(isZoneId(zone) ? { availabilityZoneId: zone } : { availabilityZone: zone }),
      mapPublicIpOnLaunch: false,
      tags: { ...scope.tags(name), ...tags },
    },
    { parent: scope.parent },
  )
}

const anywhere = "0.0.0.0/0"

function publicWay(
  scope: Scope,
  vpc: aws.ec2.Vpc,
  gateway: aws.ec2.InternetGateway,
  subnets: readonly aws.ec2.Subnet[],
): pulumi.Resource[] {
  const table = createTable(scope, vpc, "public")
  const route = new aws.ec2.Route(
    "public-route",
    { routeTableId: table.id, destinationCidrBlock: anywhere, gatewayId: gateway.id },
    { parent: scope.parent },
  )
  return [route, ...associate(scope, "public", table, subnets)]
}

/** In production a zone that fails takes no other zone's way out with it; elsewhere one NAT gateway costs less. */
function privateWays(
  scope: Scope,
  vpc: aws.ec2.Vpc,
  gateway: aws.ec2.InternetGateway,
  publicSubnets: readonly aws.ec2.Subnet[],
  privateSubnets: readonly aws.ec2.Subnet[],
): pulumi.Resource[] {
  const { parent } = scope
  const gateways = publicSubnets.slice(0, scope.isProduction ? undefined : 1).map((subnet, index) => {
    const name = `nat-${index}`
    const address = new aws.ec2.Eip(`${name}-address`, { domain: "vpc", tags: scope.tags(name) }, { parent })
    return new aws.ec2.NatGateway(
      name,
      { subnetId: subnet.id, allocationId: address.id, tags: scope.tags(name) },
      { parent, dependsOn: [gateway] },
    )
  })
  const tables = gateways.map((nat, index) => {
    const table = createTable(scope, vpc, `private-${index}`)
    const route = new aws.ec2.Route(
      `private-${index}-route`,
      { routeTableId: table.id, destinationCidrBlock: anywhere, natGatewayId: nat.id },
      { parent },
    )
    return { table, route }
  })
  // Images and exports lie in S3, and NAT bills every byte: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
  const store = new aws.ec2.VpcEndpoint(
    "s3-endpoint",
    {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${scope.values["aws:region"]}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: tables.map(({ table }) => table.id),
      tags: scope.tags("s3-endpoint"),
    },
    { parent },
  )
  const associations = tables.flatMap(({ table }, index) =>
    associate(
      scope,
      `private-${index}`,
      table,
      privateSubnets.filter((_, subnet) => subnet % tables.length === index),
    ),
  )
  return [...tables.map(({ route }) => route), store, ...associations]
}

function createTable(scope: Scope, vpc: aws.ec2.Vpc, name: string): aws.ec2.RouteTable {
  return new aws.ec2.RouteTable(
    `${name}-routes`,
    { vpcId: vpc.id, tags: scope.tags(`${name}-routes`) },
    { parent: scope.parent },
  )
}

const associate = (scope: Scope, name: string, table: aws.ec2.RouteTable, subnets: readonly aws.ec2.Subnet[]) =>
  subnets.map(
    (subnet, index) =>
      new aws.ec2.RouteTableAssociation(
        `${name}-association-${index}`,
        { routeTableId: table.id, subnetId: subnet.id },
        { parent: scope.parent },
      ),
  )
