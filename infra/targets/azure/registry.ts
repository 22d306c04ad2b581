import * as containerregistry from "@pulumi/azure-native/containerregistry/index.js"
import * as pulumi from "@pulumi/pulumi"
import { service } from "../../../app/contract/service.ts"
import type { ImageRegistry } from "../../image/image.ts"
import type { Place } from "./place.ts"

export interface Registry {
  readonly id: pulumi.Output<string>
  readonly loginServer: pulumi.Output<string>
}

/** A registry of the stack's own. It has no password: groups pull by their identities, and who deploys signs docker in. */
export function createRegistry(place: Place): Registry {
  const { id, loginServer } = new containerregistry.Registry(
    "registry",
    {
      ...place.base,
      registryName: place.name("registry", ""),
      sku: { name: "Standard" },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
    },
    { parent: place.parent },
  )
  return { id, loginServer }
}

/** No resource gives a token to push with, so docker is signed in already, by `az acr login`. */
export const pushTo = ({ loginServer }: Registry): ImageRegistry => ({
  repository: pulumi.interpolate`${loginServer}/${service.name}`,
  address: loginServer,
  username: "az acr login",
  password: undefined,
})
