import * as azure from "@pulumi/azure-native/network/index.js"
import type { Place } from "./place.ts"

/** An address of the internet that is kept while it is not in use. `more` are properties beside those of every one. */
export const createPublicAddress = (
  place: Place,
  of: "gateway" | "nat",
  more: Pick<azure.PublicIPAddressArgs, "zones" | "idleTimeoutInMinutes"> = {},
): azure.PublicIPAddress =>
  new azure.PublicIPAddress(
    `${of}-address`,
    {
      ...place.base,
      publicIpAddressName: place.name("publicAddress", of),
      sku: { name: "Standard" },
      publicIPAllocationMethod: "Static",
      ...more,
    },
    { parent: place.parent },
  )
