import * as containerinstance from "@pulumi/azure-native/containerinstance/index.js"
import * as resources from "@pulumi/azure-native/resources/index.js"
import type * as pulumi from "@pulumi/pulumi"
import type { RolloutSpec } from "../../spec/stack-spec.ts"
import type { ProcessArgs } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { appContainer, containerNames } from "./containers.ts"
import { azureCliVersion, gateScript, gateVariables } from "./gate-script.ts"
import { groupSizes } from "./group-sizes.ts"
import { contentsOf, type GroupsGround, nameByContents, type Pulling } from "./groups.ts"
import type { Identity } from "./identity.ts"
import type { Place } from "./place.ts"

/** How long Azure may take to place a group and pull its image, and to start the script's own container, in seconds. */
const startingSeconds = 600

export interface GateArgs {
  /** The api's: the gate is a process of the api. */
  readonly identity: Identity
  readonly gatekeeper: Identity
  readonly pulling: Pulling | undefined
  /** The gatekeeper's permission. */
  readonly allowed: pulumi.Resource
}

/**
 * The gate is a group that runs once, and a deployment script that waits for its end: a group counts as created once it
 * has begun, and nothing else of Azure's waits for the exit code of a container and then fails. Both are named by what
 * the gate is made of, so a release that changes nothing of it does not run it again.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/deployment-script-template
 */
export function createGate(
  place: Place,
  ground: GroupsGround,
  { gateTimeout }: RolloutSpec,
  process: ProcessArgs,
  args: GateArgs,
): pulumi.Resource {
  const group = createGateGroup(place, ground, process, args)
  const deadline = seconds(gateTimeout) + startingSeconds
  const value = (name: string, text: pulumi.Input<string>) => ({ name, value: text })
  return new resources.AzureCliScript(
    "gate-passed",
    {
      ...place.base,
      kind: "AzureCLI",
      scriptName: group.name,
      azCliVersion: azureCliVersion,
      scriptContent: gateScript,
      environmentVariables: [
        value(gateVariables.resourceGroup, place.group),
        value(gateVariables.group, group.name),
        value(gateVariables.deadline, String(deadline)),
      ],
      identity: { type: "UserAssigned", userAssignedIdentities: [args.gatekeeper.id] },
      timeout: `PT${deadline + startingSeconds}S`,
      // What it said is kept for a day where it failed.
      cleanupPreference: "OnSuccess",
      retentionInterval: "P1D",
    },
    {
      parent: place.parent,
      dependsOn: [args.allowed],
      customTimeouts: { create: `${deadline + 2 * startingSeconds}s`, update: `${deadline + 2 * startingSeconds}s` },
    },
  )
}

function createGateGroup(
  place: Place,
  ground: GroupsGround,
  process: ProcessArgs,
  { identity, pulling }: GateArgs,
): containerinstance.ContainerGroup {
  const name = containerNames.gate
  const [size] = groupSizes(place.context.spec.workloads.api.size)
  if (size === undefined) throw new Error("The gate's group has no container")
  const containers = [appContainer({ name, command: "gate", process, size })]
  const contents = {
    ...contentsOf(ground, { name, identity, containers, pulling }),
    restartPolicy: "Never",
    subnetIds: [{ id: ground.network.subnets.groups.id }],
  }
  return new containerinstance.ContainerGroup(
    "gate",
    {
      ...place.base,
      ...contents,
      containerGroupName: nameByContents(place, name, contents),
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
    },
    {
      parent: place.parent,
      dependsOn: [...ground.before, ...(pulling?.allowed ?? []), ...process.after],
    },
  )
}
