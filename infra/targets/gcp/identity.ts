import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import type { Runner } from "./firewall.ts"
import type { Scope } from "./scope.ts"

/** A service account that one workload alone runs as. It may do nothing until it is granted something. */
export interface Identity {
  readonly name: Runner
  readonly account: gcp.serviceaccount.Account
  readonly member: pulumi.Output<string>
}

export function createIdentity(scope: Scope, name: Runner): Identity {
  const account = new gcp.serviceaccount.Account(
    `${name}-identity`,
    {
      accountId: scope.name("account", name),
      displayName: scope.name("compute", name),
      description: `Runs the ${name} of this stack, and nothing else`,
    },
    scope.inside(),
  )
  return { name, account, member: pulumi.interpolate`serviceAccount:${account.email}` }
}

/** Who runs what. */
export type Identities = Readonly<Record<Runner, Identity>>

export const createIdentities = (scope: Scope): Identities => ({
  api: createIdentity(scope, "api"),
  worker: createIdentity(scope, "worker"),
  gate: createIdentity(scope, "gate"),
  scaler: createIdentity(scope, "scaler"),
})

/** A role of the project's own, with these permissions and no others. */
export const createRole = (
  scope: Scope,
  name: string,
  title: string,
  permissions: readonly string[],
): gcp.projects.IAMCustomRole =>
  new gcp.projects.IAMCustomRole(
    `${name}-role`,
    {
      // No hyphens, and a deleted one keeps its name for weeks: raise atlas:generation.
      roleId: scope.name("role", name).replaceAll("-", "_"),
      title,
      permissions: [...permissions],
      project: scope.project,
    },
    scope.inside(),
  )
