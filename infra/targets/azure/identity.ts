import * as authorization from "@pulumi/azure-native/authorization/index.js"
import * as managedidentity from "@pulumi/azure-native/managedidentity/index.js"
import type * as pulumi from "@pulumi/pulumi"
import type { Place } from "./place.ts"
import { builtInRoles, type RoleName, type RoleSpec, roles } from "./roles.ts"

export interface Identity {
  readonly name: string
  readonly id: pulumi.Output<string>
  readonly principalId: pulumi.Output<string>
  /** By which a process with several identities says which it means. */
  readonly clientId: pulumi.Output<string>
}

/** An identity that a container group, a script or a gateway has; it may do nothing until a role is assigned to it. */
export function createIdentity(place: Place, name: string): Identity {
  const { id, principalId, clientId } = new managedidentity.UserAssignedIdentity(
    `${name}-identity`,
    { ...place.base, resourceName: place.name("identity", name) },
    { parent: place.parent },
  )
  return { name, id, principalId, clientId }
}

/** The id of a role of Azure's own. */
export const builtInRole = ({ values }: Place, role: keyof typeof builtInRoles): string =>
  definition(values["azure-native:subscriptionId"], builtInRoles[role])

const definition = (subscriptionId: string, guid: string) =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${guid}`

/** A role of the stack's own, which can be assigned nowhere but in its group. */
export function createRole(place: Place, name: RoleName): pulumi.Output<string> {
  const { description, actions, dataActions }: RoleSpec = roles[name]
  return new authorization.RoleDefinition(
    `${name}-role`,
    {
      roleDefinitionId: place.guid(`role/${name}`),
      roleName: place.name("role", name),
      roleType: "CustomRole",
      description,
      scope: place.groupId,
      assignableScopes: [place.groupId],
      permissions: [{ actions: [...actions], notActions: [], dataActions: [...dataActions], notDataActions: [] }],
    },
    { parent: place.parent },
  ).id
}

export interface Assignment {
  /** Tells the assignments of one identity apart. */
  readonly what: string
  readonly identity: Identity
  readonly roleDefinitionId: pulumi.Input<string>
  readonly scope: pulumi.Input<string>
}

/** An assignment takes minutes to be known everywhere, so who needs it waits for it. */
export function assignRole(place: Place, { what, identity, roleDefinitionId, scope }: Assignment): pulumi.Resource {
  const name = `${identity.name}-${what}`
  return new authorization.RoleAssignment(
    name,
    {
      roleAssignmentName: place.guid(`assignment/${name}`),
      principalId: identity.principalId,
      // Azure need not look in the directory, where a new identity is not found yet.
      principalType: "ServicePrincipal",
      roleDefinitionId,
      scope,
    },
    // The name is fixed, and an assignment cannot be changed.
    { parent: place.parent, deleteBeforeReplace: true },
  )
}
