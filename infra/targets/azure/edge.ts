import * as azure from "@pulumi/azure-native/network/index.js"
import * as pulumi from "@pulumi/pulumi"
import type { EdgeSpec } from "../../spec/stack-spec.ts"
import type { EdgeBinding } from "../../spec/target.ts"
import { type Balancer, idleMinutes } from "./balancer.ts"
import { createDomainRecord } from "./dns.ts"
import { gatewayConfiguration } from "./gateway-configuration.ts"
import { assignRole, builtInRole, createIdentity } from "./identity.ts"
import { type Logs, sendLogs } from "./logs.ts"
import type { Network } from "./network.ts"
import type { Place } from "./place.ts"
import { createPublicAddress } from "./public-address.ts"
import { everyZone } from "./scope.ts"

export interface EdgeArgs {
  readonly network: Network
  readonly balancer: Balancer
  readonly logs: Logs
}

/** The gateway's type and name, by which others name it before it is there. */
export const gatewayId = (place: Place): string =>
  place.id("Microsoft.Network/applicationGateways", place.name("applicationGateway", ""))

/** The one public address: an application gateway, which ends TLS. */
export function createEdge(place: Place, spec: EdgeSpec, args: EdgeArgs): EdgeBinding {
  const address = createPublicAddress(place, "gateway", {
    zones: [...everyZone],
    // Azure's own 4 would cut a request that is silent for longer.
    idleTimeoutInMinutes: idleMinutes(spec),
  })
  const gateway = createGateway(place, spec, args, address)
  sendLogs(place, args.logs, "gateway", gateway.id, ["ApplicationGatewayAccessLog"])
  const ip = address.ipAddress.apply((given) => {
    if (given === undefined) throw new Error("Azure gave the gateway no address")
    return given
  })
  if (spec.domain === undefined) {
    return {
      url: pulumi.interpolate`http://${ip}`,
      instructions: pulumi.output(
        "There is no domain, so clients reach this stack by plain HTTP and keys are readable on the way: set atlas:domain",
      ),
    }
  }
  const url = pulumi.output(`https://${spec.domain}`)
  if (createDomainRecord(place, spec.domain, address)) return { url }
  return { url, instructions: pulumi.interpolate`Point the name ${spec.domain} at ${ip} (A)` }
}

function createGateway(
  place: Place,
  spec: EdgeSpec,
  { network, balancer }: EdgeArgs,
  address: azure.PublicIPAddress,
): azure.ApplicationGateway {
  const certificateSecretId = spec.domain === undefined ? undefined : place.values["atlas:certificateSecretId"]
  const reader = certificateSecretId === undefined ? undefined : createCertificateReader(place)
  return new azure.ApplicationGateway(
    "gateway",
    {
      ...place.base,
      applicationGatewayName: place.name("applicationGateway", ""),
      zones: [...place.zones],
      ...(reader === undefined
        ? {}
        : { identity: { type: "UserAssigned", userAssignedIdentities: [reader.identity.id] } }),
      ...gatewayConfiguration({
        id: gatewayId(place),
        spec,
        certificateSecretId,
        subnetId: network.subnets.gateway.id,
        addressId: address.id,
        backend: balancer.address,
        isProduction: place.isProduction,
      }),
    },
    { parent: place.parent, dependsOn: [balancer.resource, ...(reader === undefined ? [] : [reader.allowed])] },
  )
}

/** The gateway has no certificates of its own making: it reads the one that lies in the operator's vault. */
function createCertificateReader(place: Place) {
  const vaultId = place.values["atlas:certificateVaultId"]
  if (vaultId === undefined) throw new Error("There is a certificate, and no vault in which the gateway may read it")
  const identity = createIdentity(place, "gateway")
  const roleDefinitionId = builtInRole(place, "readSecrets")
  return { identity, allowed: assignRole(place, { what: "certificate", identity, roleDefinitionId, scope: vaultId }) }
}
