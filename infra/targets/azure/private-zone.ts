import * as privatedns from "@pulumi/azure-native/privatedns/index.js"
import type * as pulumi from "@pulumi/pulumi"
import type { Network } from "./network.ts"
import type { Place } from "./place.ts"

export interface PrivateZone {
  readonly id: pulumi.Output<string>
  /** Until it stands, nobody in the network knows the zone's names. */
  readonly link: pulumi.Resource
}

/** Names that only the stack's own network knows. */
export function createPrivateZone(place: Place, network: Network, part: string, privateZoneName: string): PrivateZone {
  // Names have no region.
  const base = { ...place.base, location: "global" }
  const zone = new privatedns.PrivateZone(`${part}-zone`, { ...base, privateZoneName }, { parent: place.parent })
  const link = new privatedns.VirtualNetworkLink(
    `${part}-zone-link`,
    {
      ...base,
      privateZoneName: zone.name,
      virtualNetworkLinkName: place.name("network", ""),
      virtualNetwork: { id: network.network.id },
      registrationEnabled: false,
    },
    { parent: place.parent },
  )
  return { id: zone.id, link }
}
