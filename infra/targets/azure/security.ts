import * as network from "@pulumi/azure-native/network/index.js"
import { gatewayPorts } from "../../spec/gateway.ts"
import { standardPorts } from "../../spec/ports.ts"
import type { Place } from "./place.ts"
import { cachePort, gatewayManagerPorts, terminalPort, webPorts } from "./ports.ts"
import type { SubnetPlan } from "./subnets.ts"

/** One line of a security group. Addresses are ranges, or the names by which Azure keeps its own. */
export interface Flow {
  readonly name: string
  readonly direction: "Inbound" | "Outbound"
  readonly from: string
  readonly to: string
  /** A port or a range; every port without it. */
  readonly port?: string
}

const inbound = (name: string, from: string, to: string, port?: number | string): Flow => ({
  name,
  direction: "Inbound",
  from,
  to,
  ...(port === undefined ? {} : { port: String(port) }),
})
const outbound = (...[name, from, to, port]: Parameters<typeof inbound>): Flow => ({
  ...inbound(name, from, to, port),
  direction: "Outbound",
})

/**
 * What the picture shows, by subnet; the rest is denied. Names are answered by Azure's own address, which no rule stops:
 * https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
export function flowsOf(subnets: SubnetPlan, hasDomain: boolean): Readonly<Record<keyof SubnetPlan, readonly Flow[]>> {
  const { groups, gateway, database, endpoints } = subnets
  const { proxy } = gatewayPorts
  return {
    groups: [
      inbound("gateway-to-groups", gateway, groups, proxy),
      // The inner load balancer's probes.
      inbound("probes-to-groups", "AzureLoadBalancer", groups, proxy),
      inbound("terminals-to-groups", "VirtualNetwork", groups, terminalPort),
      outbound("groups-to-database", groups, database, standardPorts.postgres),
      outbound("groups-to-cache", groups, endpoints, cachePort),
      // Images, logs, identities, the archive, and the scaler's questions: all of them public addresses.
      outbound("groups-to-https", groups, "Internet", webPorts.https),
    ],
    gateway: [
      inbound("clients-http", "Internet", gateway, webPorts.http),
      ...(hasDomain ? [inbound("clients-https", "Internet", gateway, webPorts.https)] : []),
      inbound("gateway-manager", "GatewayManager", gateway, gatewayManagerPorts),
      inbound("gateway-probes", "AzureLoadBalancer", gateway),
    ],
    // https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private
    database: [
      inbound("groups-to-database", groups, database, standardPorts.postgres),
      inbound("between-servers", database, database, standardPorts.postgres),
      outbound("between-servers", database, database, standardPorts.postgres),
      outbound("database-to-storage", database, "Storage", webPorts.https),
    ],
    endpoints: [inbound("groups-to-cache", groups, endpoints, cachePort)],
  }
}

/** Azure refuses an application gateway whose way out is closed (see `gatewayManagerPorts`). */
const open: readonly (keyof SubnetPlan)[] = ["gateway"]

/** The first rule that fits counts; Azure's own last ones would let the whole network in and everything out. */
const priorities = { first: 100, step: 10, last: 4096 } as const

export function rulesOf(name: keyof SubnetPlan, flows: readonly Flow[]) {
  const rule = (flow: Flow, priority: number, access: "Allow" | "Deny") => ({
    name: flow.name,
    access,
    priority,
    direction: flow.direction,
    protocol: access === "Deny" || flow.port === undefined ? "*" : "Tcp",
    sourceAddressPrefix: flow.from,
    sourcePortRange: "*",
    destinationAddressPrefix: flow.to,
    destinationPortRange: flow.port ?? "*",
  })
  const closed = (["Inbound", "Outbound"] as const).filter((way) => way === "Inbound" || !open.includes(name))
  return [
    ...flows.map((flow, index) => rule(flow, priorities.first + index * priorities.step, "Allow")),
    ...closed.map((direction) =>
      rule({ name: `deny-${direction.toLowerCase()}`, direction, from: "*", to: "*" }, priorities.last, "Deny"),
    ),
  ]
}

/** A group for each subnet: nothing passes but what the picture shows. */
export function createSecurityGroups(
  place: Place,
  subnets: SubnetPlan,
): Readonly<Record<keyof SubnetPlan, network.NetworkSecurityGroup>> {
  const flows = flowsOf(subnets, place.context.spec.edge.domain !== undefined)
  const group = (name: keyof SubnetPlan) =>
    new network.NetworkSecurityGroup(
      `${name}-security`,
      {
        ...place.base,
        networkSecurityGroupName: place.name("securityGroup", name),
        securityRules: rulesOf(name, flows[name]),
      },
      { parent: place.parent },
    )
  return {
    groups: group("groups"),
    gateway: group("gateway"),
    database: group("database"),
    endpoints: group("endpoints"),
  }
}
