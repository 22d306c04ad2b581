import * as azure from "@pulumi/azure-native/network/index.js"
import type * as pulumi from "@pulumi/pulumi"
import { liveness, readiness } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { EdgeSpec } from "../../spec/stack-spec.ts"
import { seconds } from "../../spec/units.ts"
import type { Network } from "./network.ts"
import type { Place } from "./place.ts"
import { everyZone } from "./scope.ts"
import { lastAddress } from "./subnets.ts"

export interface Balancer {
  /** The one address of all gateways. */
  readonly address: string
  /** The pool that the api's set fills. */
  readonly pool: string
  readonly resource: azure.LoadBalancer
  readonly url: pulumi.Output<string>
}

const names = { frontend: "gateways", pool: "gateways", probe: "gateways", rule: "gateways" } as const

/** Less Azure does not take, and what is silent for longer is cut: https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset */
const leastIdleMinutes = 4

/** How long a connection may be silent, in minutes: twice a request's time, since what is cut at the same moment is lost. */
export const idleMinutes = ({ idleTimeout }: Pick<EdgeSpec, "idleTimeout">): number =>
  Math.max(leastIdleMinutes, 2 * Math.ceil(seconds(idleTimeout) / 60))

/**
 * The groups come and go with addresses of their own; Azure puts each into this pool and takes it out again. So the
 * application gateway knows one address, and nobody but Pulumi changes it.
 */
export function createBalancer(place: Place, network: Network): Balancer {
  const name = place.name("loadBalancer", "")
  const type = "Microsoft.Network/loadBalancers"
  const part = (kind: string, own: string) => `${place.id(type, name)}/${kind}/${own}`
  const address = lastAddress(network.plan.endpoints)
  const { proxy } = gatewayPorts
  const resource = new azure.LoadBalancer(
    "balancer",
    {
      ...place.base,
      loadBalancerName: name,
      sku: { name: "Standard" },
      frontendIPConfigurations: [
        {
          name: names.frontend,
          privateIPAddress: address,
          privateIPAllocationMethod: "Static",
          subnet: { id: network.subnets.endpoints.id },
          zones: [...everyZone],
        },
      ],
      backendAddressPools: [{ name: names.pool }],
      probes: [
        {
          name: names.probe,
          protocol: "Http",
          port: proxy,
          requestPath: liveness.path,
          intervalInSeconds: readiness.periodSeconds / 2,
          probeThreshold: 2,
        },
      ],
      loadBalancingRules: [
        {
          name: names.rule,
          protocol: "Tcp",
          frontendPort: proxy,
          backendPort: proxy,
          frontendIPConfiguration: { id: part("frontendIPConfigurations", names.frontend) },
          backendAddressPool: { id: part("backendAddressPools", names.pool) },
          probe: { id: part("probes", names.probe) },
          idleTimeoutInMinutes: idleMinutes(place.context.spec.edge),
          enableTcpReset: true,
          disableOutboundSnat: true,
        },
      ],
    },
    // Who is in the pool is the set's affair: sent back by an update, the list would empty it.
    { parent: place.parent, ignoreChanges: ["backendAddressPools"] },
  )
  return {
    address,
    pool: part("backendAddressPools", names.pool),
    resource,
    url: resource.id.apply(() => `http://${address}:${proxy}`),
  }
}
