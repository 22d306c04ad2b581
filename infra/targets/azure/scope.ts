import { createHash } from "node:crypto"
import type * as pulumi from "@pulumi/pulumi"
import { ownershipTags, physicalName } from "../../spec/names.ts"
import type { TargetContext } from "../../spec/target.ts"
import { guidOf } from "./guid.ts"
import type { AzureValues } from "./keys.ts"

const rules = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"

/** The page with the longest names of most kinds; where another says it, it stands beside the kind. */
export const nameRules = rules

/** The longest names that Azure takes, in characters; by `nameRules` where nothing else is said. */
export const nameLimits = {
  resourceGroup: 90,
  network: 64,
  subnet: 80,
  securityGroup: 80,
  publicAddress: 80,
  natGateway: 80,
  loadBalancer: 80,
  applicationGateway: 80,
  privateEndpoint: 64,
  identity: 128,
  workspace: 63,
  /** Container groups, profiles and sets alike, less a hyphen and 12 digits of a hash. */
  containers: 50,
  /** Before the UUID by which a set names its groups: 63, less 36 digits and the hyphen between. */
  groupPrefix: 26,
  /** A workspace of metrics, its endpoint and its rule: 44 of the endpoint, the shortest. */
  metrics: 44,
  /** An action group or a group of rules. */
  alerts: 260,
  /** https://learn.microsoft.com/azure/templates/microsoft.dashboard/dashboards */
  dashboard: 63,
  database: 63,
  cache: 60,
  vault: 24,
  vaultSecret: 127,
  registry: 50,
  storage: 24,
  /** https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-properties */
  role: 128,
  lock: 90,
  /** A label of RFC 1035, in which a private zone is named. */
  dnsLabel: 63,
} as const

export type Named = keyof typeof nameLimits

/** Names that all of Azure shares, and those that take letters and digits alone. */
const worldwide = new Set<Named>(["database", "cache", "vault", "registry", "storage"])
const plain = new Set<Named>(["registry", "storage"])

/** What every part of the target is built with. */
export interface Scope {
  readonly context: TargetContext
  readonly values: AzureValues
  /** The parent of every resource. */
  readonly parent: pulumi.Resource
  readonly isProduction: boolean
  readonly location: string
  /** The zones over which what can be spread is. */
  readonly zones: readonly string[]
  /** Tags of every resource: whose it is. */
  readonly tags: Readonly<Record<string, string>>
  /** The physical name of a part, cut to what Azure takes. */
  name(kind: Named, part: string): string
  /** The UUID of a role or an assignment. */
  guid(part: string): string
  /** The id of a resource of the stack's own group, by type and name: what refers to itself needs it beforehand. */
  id(type: string, name: string): string
}

/** Tells the stacks of different subscriptions apart where they share one space of names. */
const suffixOf = (subscriptionId: string) => createHash("sha256").update(subscriptionId).digest("hex").slice(0, 6)

export function scopeOf(context: TargetContext, values: AzureValues, parent: pulumi.Resource): Scope {
  const { names, spec } = context
  const subscriptionId = values["azure-native:subscriptionId"]
  const name = (kind: Named, part: string) => nameOf(kind, part, context, subscriptionId)
  const group = name("resourceGroup", "")
  return {
    context,
    values,
    parent,
    isProduction: spec.environment === "production",
    location: values["azure-native:location"],
    zones: values["atlas:azureZones"] ?? zonesOf(spec.network.zones),
    tags: ownershipTags(names, spec.environment),
    name,
    guid: (part) => guidOf([subscriptionId, group, part].join("/")),
    id: (type, own) => `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/${type}/${own}`,
  }
}

/** Azure numbers the zones of a region: https://learn.microsoft.com/azure/reliability/availability-zones-overview */
export const zonesOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(index + 1))

/** An address lies in one zone or in all of them: https://learn.microsoft.com/azure/reliability/reliability-load-balancer */
export const everyZone = zonesOf(3)

function nameOf(kind: Named, part: string, { names }: TargetContext, subscriptionId: string): string {
  const longest = nameLimits[kind]
  if (!worldwide.has(kind)) return physicalName(names, part, longest)
  const suffix = suffixOf(subscriptionId)
  if (!plain.has(kind)) return `${physicalName(names, part, longest - suffix.length - 1)}-${suffix}`
  // Hyphens go, so what they keep apart is kept apart by a hash of the name with them.
  const whole = physicalName(names, part, 255)
  const hash = createHash("sha256").update(`${whole}\0${subscriptionId}`).digest("hex").slice(0, 8)
  return `${whole.replaceAll("-", "").slice(0, longest - hash.length)}${hash}`
}
