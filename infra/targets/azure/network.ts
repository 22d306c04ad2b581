import * as azure from "@pulumi/azure-native/network/index.js"
import type * as pulumi from "@pulumi/pulumi"
import type { Place } from "./place.ts"
import { createPublicAddress } from "./public-address.ts"
import { createSecurityGroups } from "./security.ts"
import { planSubnets, type SubnetPlan } from "./subnets.ts"

export interface Network {
  readonly network: azure.VirtualNetwork
  readonly plan: SubnetPlan
  readonly subnets: Readonly<Record<keyof SubnetPlan, azure.Subnet>>
}

/** How long a silent connection through NAT lives, in minutes. */
const natIdleMinutes = 10

/** A network whose subnets each hold one kind of thing, and the way out of the container groups'. */
export function createNetwork(place: Place): Network {
  const { cidr } = place.context.spec.network
  const plan = planSubnets(cidr)
  const network = new azure.VirtualNetwork(
    "network",
    {
      ...place.base,
      virtualNetworkName: place.name("network", ""),
      addressSpace: { addressPrefixes: [cidr] },
    },
    // Its subnets are resources of their own.
    { parent: place.parent, ignoreChanges: ["subnets"] },
  )
  return { network, plan, subnets: createSubnets(place, network, plan, createNatGateway(place)) }
}

/** Container groups in a network have no other way out: https://learn.microsoft.com/azure/container-instances/container-instances-nat-gateway */
function createNatGateway(place: Place): azure.NatGateway {
  const { parent } = place
  const address = createPublicAddress(place, "nat")
  return new azure.NatGateway(
    "nat",
    {
      ...place.base,
      natGatewayName: place.name("natGateway", "nat"),
      sku: { name: "Standard" },
      publicIpAddresses: [{ id: address.id }],
      idleTimeoutInMinutes: natIdleMinutes,
    },
    { parent },
  )
}

/** What may stand in a subnet, by the name of the service. */
const owners = {
  groups: "Microsoft.ContainerInstance/containerGroups",
  database: "Microsoft.DBforPostgreSQL/flexibleServers",
} as const

type Shape = Pick<
  azure.SubnetArgs,
  "delegations" | "natGateway" | "serviceEndpoints" | "privateEndpointNetworkPolicies"
>

/** Storage is reached from both by an endpoint of the network: a NAT gateway bills every byte. */
const storage = { serviceEndpoints: [{ service: "Microsoft.Storage" }] }

const delegated = (name: keyof typeof owners): Shape => ({ delegations: [{ name, serviceName: owners[name] }] })

/** One by one: Azure refuses two changes of one network at the same time. */
function createSubnets(
  place: Place,
  network: azure.VirtualNetwork,
  plan: SubnetPlan,
  nat: azure.NatGateway,
): Network["subnets"] {
  const security = createSecurityGroups(place, plan)
  const shapes: Readonly<Record<keyof SubnetPlan, Shape>> = {
    groups: { ...delegated("groups"), ...storage, natGateway: { id: nat.id } },
    gateway: {},
    database: { ...delegated("database"), ...storage },
    // Without it a private endpoint ignores the rules of its subnet.
    endpoints: { privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled" },
  }
  const subnet = (name: keyof SubnetPlan, ...after: pulumi.Resource[]) =>
    new azure.Subnet(
      `${name}-subnet`,
      {
        resourceGroupName: place.group,
        virtualNetworkName: network.name,
        subnetName: place.name("subnet", name),
        addressPrefix: plan[name],
        networkSecurityGroup: { id: security[name].id },
        ...shapes[name],
      },
      { parent: place.parent, dependsOn: after },
    )
  const groups = subnet("groups")
  const gateway = subnet("gateway", groups)
  const database = subnet("database", gateway)
  const endpoints = subnet("endpoints", database)
  return { groups, gateway, database, endpoints }
}
