import { createHash } from "node:crypto"
import * as containerinstance from "@pulumi/azure-native/containerinstance/index.js"
import * as pulumi from "@pulumi/pulumi"
import { service } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { Container, Volume } from "./containers.ts"
import type { Identity } from "./identity.ts"
import type { Logs } from "./logs.ts"
import type { Network } from "./network.ts"
import type { Place } from "./place.ts"
import { replaceTag, updateProfile } from "./rolling.ts"

/** What every container group needs of the ground. */
export interface GroupsGround {
  readonly network: Network
  readonly logs: Logs
  /** What must stand before the first group: identities with their roles, the preview feature. */
  readonly before: readonly pulumi.Resource[]
}

/** The registry that images are pulled from; undefined where they are public. */
export interface Pulling {
  readonly server: pulumi.Output<string>
  /** Each identity's permission to pull. */
  readonly allowed: readonly pulumi.Resource[]
}

export interface GroupSpec {
  readonly name: string
  readonly identity: Identity
  readonly containers: readonly Container[]
  readonly volumes?: readonly Volume[]
  readonly pulling: Pulling | undefined
}

/** What makes groups what they are, whether they run once or serve. */
type Contents = Pick<
  containerinstance.CGProfileArgs,
  "containers" | "volumes" | "imageRegistryCredentials" | "diagnostics" | "osType" | "sku"
>

export const contentsOf = (
  { logs }: GroupsGround,
  { containers, volumes, pulling, identity }: GroupSpec,
): Contents => ({
  containers: [...containers],
  ...(volumes === undefined ? {} : { volumes: [...volumes] }),
  ...(pulling === undefined ? {} : { imageRegistryCredentials: [{ server: pulling.server, identity: identity.id }] }),
  diagnostics: logs.diagnostics,
  osType: "Linux",
  // Zones have no other.
  sku: "Standard",
})

/**
 * The name of what has these contents: another image, setting or secret gives another name, so that it stands beside the
 * one that serves until it has taken its place. SHA-256 of a text in which every key is random tells nothing of it.
 */
export const nameByContents = (place: Place, part: string, contents: object): pulumi.Output<string> =>
  pulumi.unsecret(
    pulumi.output(contents).apply((known) => {
      const hash = createHash("sha256").update(JSON.stringify(known)).digest("hex").slice(0, 12)
      return `${place.name("containers", part)}-${hash}`
    }),
  )

/** How long a group that is told to end may take to finish what it has begun. */
const graceSeconds = service.drainSeconds + 5

export interface SetArgs extends GroupSpec {
  readonly count: number
  /** The pool of the load balancer that sends to the gateway of each group; undefined for groups that nobody asks. */
  readonly pool?: string
  readonly after: readonly pulumi.Resource[]
}

/** Many groups alike, over all zones, whose count the scaler sets. */
export function createGroupSet(place: Place, ground: GroupsGround, args: SetArgs): containerinstance.NGroup {
  const { name, pulling, after } = args
  const before = [...ground.before, ...(pulling?.allowed ?? []), ...after]
  const profile = createProfile(place, ground, args)
  return new containerinstance.NGroup(
    `${name}-groups`,
    {
      ...place.base,
      ngroupsName: place.name("containers", name),
      tags: { ...place.base.tags, ...replaceTag },
      zones: [...place.zones],
      identity: { type: "UserAssigned", userAssignedIdentities: [args.identity.id] },
      elasticProfile: {
        desiredCount: args.count,
        // A group that is lost is made again.
        maintainDesiredCount: true,
        containerGroupNamingPolicy: { guidNamingPolicy: { prefix: `${place.name("groupPrefix", name)}-` } },
      },
      containerGroupProfiles: [
        {
          resource: { id: profile.id },
          containerGroupProperties: { subnetIds: [{ id: ground.network.subnets.groups.id }] },
          ...(args.pool === undefined
            ? {}
            : { networkProfile: { loadBalancer: { backendAddressPools: [{ resource: args.pool }] } } }),
        },
      ],
      updateProfile,
    },
    // The scaler has the count from the first deploy on.
    { parent: place.parent, dependsOn: before, ignoreChanges: ["elasticProfile.desiredCount"] },
  )
}

/** By the API of 2024-11-01-preview: the newer one leaves out how long a group may take to end. */
function createProfile(place: Place, ground: GroupsGround, args: SetArgs): containerinstance.CGProfile {
  const contents = {
    ...contentsOf(ground, args),
    restartPolicy: "Always",
    shutdownGracePeriod: `PT${graceSeconds}S`,
    ...(args.pool === undefined
      ? {}
      : { ipAddress: { type: "Private", ports: [{ port: gatewayPorts.proxy, protocol: "TCP" }] } }),
  }
  return new containerinstance.CGProfile(
    `${args.name}-profile`,
    { ...place.base, ...contents, containerGroupProfileName: nameByContents(place, args.name, contents) },
    { parent: place.parent, dependsOn: [...ground.before] },
  )
}
