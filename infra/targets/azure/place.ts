import * as resources from "@pulumi/azure-native/resources/index.js"
import type * as pulumi from "@pulumi/pulumi"
import type { Scope } from "./scope.ts"

/** The scope, once the group is there in which all else stands. */
export interface Place extends Scope {
  readonly group: pulumi.Output<string>
  readonly groupId: pulumi.Output<string>
  /** What every resource says of itself. */
  readonly base: {
    readonly resourceGroupName: pulumi.Output<string>
    readonly location: string
    readonly tags: Record<string, string>
  }
}

export function createPlace(scope: Scope): Place {
  const { location, parent } = scope
  const tags = { ...scope.tags }
  const group = new resources.ResourceGroup(
    "resource-group",
    { resourceGroupName: scope.name("resourceGroup", ""), location, tags },
    { parent },
  )
  return { ...scope, group: group.name, groupId: group.id, base: { resourceGroupName: group.name, location, tags } }
}
