import * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import { type Policy, podTrust } from "./policies.ts"
import type { Scope } from "./scope.ts"

export interface RoleArgs {
  readonly trust: pulumi.Input<Policy>
  /** Names of policies that AWS keeps, with their path where they have one. */
  readonly managed?: readonly string[]
  readonly inline?: pulumi.Input<Policy>
}

export interface Role {
  readonly roleName: pulumi.Output<string>
  readonly arn: pulumi.Output<string>
  /** What it may do; whoever takes the role needs these too. */
  readonly grants: readonly pulumi.Resource[]
}

export function createRole(scope: Scope, name: string, { trust, managed = [], inline }: RoleArgs): Role {
  const { parent } = scope
  const text = (document: pulumi.Input<Policy>) => pulumi.output(document).apply((value) => JSON.stringify(value))
  const role = new aws.iam.Role(
    `${name}-role`,
    { name: scope.name("role", name), assumeRolePolicy: text(trust), tags: scope.tags(name) },
    { parent },
  )
  const attached = managed.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy}`,
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        { parent },
      ),
  )
  const own =
    inline === undefined
      ? []
      : [new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, name, policy: text(inline) }, { parent })]
  return { roleName: role.name, arn: role.arn, grants: [...attached, ...own] }
}

export interface PodIdentity extends Omit<RoleArgs, "trust"> {
  readonly name: string
  readonly cluster: aws.eks.Cluster
  readonly namespace: string
  readonly serviceAccount: string
}

/**
 * Gives the pods of a service account a role of their own. Pods that start before it go without until they are
 * restarted, so it comes first: https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
 */
export function createPodIdentity(
  scope: Scope,
  { name, cluster, namespace, serviceAccount, ...args }: PodIdentity,
): { readonly association: aws.eks.PodIdentityAssociation; readonly roleName: pulumi.Output<string> } {
  const role = createRole(scope, name, { trust: podTrust, ...args })
  const association = new aws.eks.PodIdentityAssociation(
    `${name}-identity`,
    {
      clusterName: cluster.name,
      namespace,
      serviceAccount,
      roleArn: role.arn,
      tags: scope.tags(`${name}-identity`),
    },
    { parent: scope.parent, dependsOn: [...role.grants] },
  )
  return { association, roleName: role.roleName }
}
