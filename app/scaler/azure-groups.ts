import Type, { type Static } from "typebox"
import { checker } from "../validation.ts"
import type { Azure } from "./azure-client.ts"
import { CloudError } from "./cloud.ts"

/** Of the resources below Microsoft.ContainerInstance; the first that is not a preview and has NGroups. */
export const apiVersion = "2025-09-01"

/**
 * What is read of a container group set (NGroups)
 * (https://github.com/Azure/azure-rest-api-specs/tree/main/specification/containerinstance). `elasticProfile` keeps what
 * else it holds.
 */
const NGroupsSchema = Type.Object({
  properties: Type.Object({
    elasticProfile: Type.Object({
      desiredCount: Type.Integer({ minimum: 0 }),
      containerGroupNamingPolicy: Type.Optional(
        Type.Object({ guidNamingPolicy: Type.Optional(Type.Object({ prefix: Type.Optional(Type.String()) })) }),
      ),
    }),
  }),
})

const GroupSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  properties: Type.Object({
    orchestratorId: Type.Optional(Type.String()),
    containers: Type.Array(
      Type.Object({
        name: Type.String(),
        properties: Type.Object({
          resources: Type.Object({ requests: Type.Object({ cpu: Type.Number(), memoryInGB: Type.Number() }) }),
        }),
      }),
    ),
  }),
})

const GroupsSchema = Type.Object({ value: Type.Array(GroupSchema), nextLink: Type.Optional(Type.String()) })

export type NGroups = Static<typeof NGroupsSchema>
export type ContainerGroup = Static<typeof GroupSchema>

const checkNGroups = checker(NGroupsSchema, "strict")
const checkGroups = checker(GroupsSchema, "strict")

/** The set as it stands. */
export async function readSet(azure: Azure, resource: string, abort: AbortSignal): Promise<NGroups> {
  return expectShape(resource, checkNGroups(await azure.read(resource, { apiVersion, abort })))
}

/** The container groups of the set, as far as their resource group lists them. */
export async function readMembers(azure: Azure, resource: string, abort: AbortSignal): Promise<ContainerGroup[]> {
  const [set, groups] = await Promise.all([readSet(azure, resource, abort), readGroups(azure, resource, abort)])
  const { desiredCount, containerGroupNamingPolicy: naming } = set.properties.elasticProfile
  const members = membersOf(resource, naming?.guidNamingPolicy?.prefix, groups)
  if (members.length > 0 || desiredCount === 0) return members
  throw new CloudError(
    `None of the ${groups.length} container groups beside ${resource} belongs to it, by orchestratorId or by the prefix of its naming policy. Give it a prefix of its own.`,
  )
}

async function readGroups(azure: Azure, resource: string, abort: AbortSignal): Promise<ContainerGroup[]> {
  const groups: ContainerGroup[] = []
  let path: string | undefined = resource.replace(/\/ngroups\/[^/]+$/i, "/containerGroups")
  while (path !== undefined) {
    const page: Static<typeof GroupsSchema> = expectShape(
      path,
      checkGroups(await azure.read(path, { apiVersion, abort })),
    )
    groups.push(...page.value)
    path = page.nextLink
  }
  return groups
}

/**
 * Which groups belong to a set: those that name it as their orchestrator, which its page describes and the specification
 * does not hold (https://learn.microsoft.com/azure/container-instances/container-instance-ngroups/container-instances-about-ngroups),
 * or those whose name begins with its prefix, where it has one.
 */
export function membersOf(
  resource: string,
  prefix: string | undefined,
  groups: readonly ContainerGroup[],
): ContainerGroup[] {
  const set = resource.toLowerCase()
  return groups.filter(({ name, properties: { orchestratorId } }) =>
    orchestratorId === undefined
      ? prefix !== undefined && prefix !== "" && name.startsWith(prefix)
      : orchestratorId.toLowerCase() === set,
  )
}

function expectShape<T>(
  path: string,
  checked: { ok: true; value: T } | { ok: false; errors: readonly { path: string; message: string }[] },
): T {
  if (checked.ok) return checked.value
  const problems = checked.errors.map((error) => `${error.path} ${error.message}`).join("; ")
  throw new CloudError(`Azure answered ${path} with something else than expected: ${problems}`)
}
