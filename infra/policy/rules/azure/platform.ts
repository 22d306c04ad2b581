import type { PlannedResource } from "../../../plan/resource.ts"
import type { Check, Path, PlanView } from "../../check.ts"
import { missingOwnership } from "../../ownership.ts"
import { at, inProduction, isHidden, isServed, list, mustBe, property, shown } from "../../values.ts"
import { types } from "./types.ts"
import { untaggable } from "./untaggable.ts"

/** Names and ranges of everybody. */
const world = ["*", "Internet", "Any", "0.0.0.0/0", "::/0"]
const edgePorts = ["80", "443"]

/** The rules of a security group, with their paths. A rule may also be a resource of its own. */
const rulesOf = ({ type, inputs }: PlannedResource): readonly { readonly path: Path; readonly rule: unknown }[] =>
  type === types.securityGroup
    ? list(inputs.securityRules).map((rule, index) => ({ path: ["securityRules", index], rule }))
    : [{ path: [], rule: inputs }]

const many = (rule: unknown, one: string, several: string): readonly unknown[] => [
  ...(at(rule, [one]) === undefined ? [] : [at(rule, [one])]),
  ...list(at(rule, [several])),
]

const isInbound = (rule: unknown, access: "Allow" | "Deny"): boolean =>
  at(rule, ["direction"]) === "Inbound" && at(rule, ["access"]) === access

/** The group guards a subnet in which an application gateway stands. */
const isOnEdge = (group: PlannedResource, { resources }: PlanView): boolean =>
  resources.some(
    (subnet) =>
      subnet.type === types.subnet &&
      subnet.dependencies.includes(group.urn) &&
      resources.some((one) => one.type === types.gateway && one.dependencies.includes(subnet.urn)),
  )

const deniesAll = (rule: unknown): boolean =>
  isInbound(rule, "Deny") &&
  ["sourceAddressPrefix", "destinationAddressPrefix", "destinationPortRange", "protocol"].every(
    (name) => at(rule, [name]) === "*",
  )

/** Policies of the gateway with TLS 1.2 as the least; without one it takes one of 2015 or 2017, which allow 1.0. */
const modernTls = /^AppGwSslPolicy(?:20170401S|20220101S?)$/

const isModern = (policy: unknown): boolean =>
  modernTls.test(String(at(policy, ["policyName"]))) ||
  (at(policy, ["policyType"]) === "CustomV2" &&
    ["TLSv1_2", "TLSv1_3"].includes(String(at(policy, ["minProtocolVersion"]))))

/** Roles of Azure's own that grant everything, or the right to grant it: built-in-roles. */
const broadRoles = [
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  "b24988ac-6180-42a0-ab88-20f7382dd24c",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
]

// Such as *, and Microsoft.Storage followed by a star.
const isWildcard = (action: unknown): boolean =>
  typeof action === "string" && (action.startsWith("*") || /^[^/]+\/\*/.test(action))

const lastPart = (id: unknown): string => String(id).split("/").at(-1) ?? ""

const severalZones = (zones: unknown): boolean => new Set(list(zones)).size >= 2

/** Network, edge, identities, locks and logs. */
export const platformChecks: readonly Check[] = [
  {
    rule: "network-closed",
    types: [types.securityGroup, "azure-native:network:SecurityRule"],
    scope: "plan",
    problems: (resource, view) =>
      rulesOf(resource).flatMap(({ path, rule }) => {
        const sources = many(rule, "sourceAddressPrefix", "sourceAddressPrefixes")
        const open = sources.filter((source) => world.includes(String(source)))
        if (!isInbound(rule, "Allow") || open.length === 0) return []
        const ports = many(rule, "destinationPortRange", "destinationPortRanges")
        const isEdge = ports.length > 0 && ports.every((port) => isHidden(port) || edgePorts.includes(String(port)))
        if (!isEdge) {
          const message = `ports ${ports.map(shown).join(", ")} are open to ${open.join(", ")}; only ${edgePorts.join(" and ")} may be`
          return [{ path, message }]
        }
        const message = `ports ${ports.map(shown).join(", ")} are open to ${open.join(", ")} beside the gateway; name who may reach them`
        return isOnEdge(resource, view) ? [] : [{ path, message }]
      }),
  },
  {
    rule: "network-default-deny",
    types: [types.securityGroup],
    scope: "resource",
    problems: ({ inputs: { securityRules } }) =>
      isHidden(securityRules) || list(securityRules).some(deniesAll)
        ? []
        : [{ path: ["securityRules"], message: "no inbound rule denies all; Azure's own lets the whole network in" }],
  },
  property({
    rule: "subnet-guarded",
    types: [types.subnet],
    path: ["networkSecurityGroup", "id"],
    fits: (id) => id !== undefined,
    allowed: "set: a security group",
  }),
  {
    rule: "group-egress",
    types: [types.subnet],
    scope: "resource",
    problems: ({ inputs }) => {
      const owners = list(inputs.delegations).map((one) => at(one, ["serviceName"]))
      const id = at(inputs, ["natGateway", "id"])
      const isGroups = owners.includes("Microsoft.ContainerInstance/containerGroups")
      return isGroups && id === undefined ? [mustBe(["natGateway", "id"], id, "set: a NAT gateway")] : []
    },
  },
  {
    rule: "edge-tls",
    types: [types.gateway],
    scope: "resource",
    problems: (gateway, view) => {
      const path = ["sslPolicy", "policyName"]
      const name = at(gateway.inputs, path)
      if (isHidden(name) || isModern(gateway.inputs.sslPolicy) || !isServed(gateway, view)) return []
      return [mustBe(path, name, "one with TLS 1.2 or newer, AppGwSslPolicy20220101")]
    },
  },
  {
    rule: "edge-redirect",
    types: [types.gateway],
    scope: "resource",
    problems: (gateway, view) => {
      if (!isServed(gateway, view)) return []
      const { inputs } = gateway
      const plain = list(inputs.httpListeners)
        .filter((one) => at(one, ["protocol"]) === "Http")
        .map((one) => String(at(one, ["name"])))
      return list(inputs.requestRoutingRules).flatMap((rule, index) => {
        const isPlain = plain.includes(lastPart(at(rule, ["httpListener", "id"])))
        const path = ["requestRoutingRules", index, "redirectConfiguration"]
        const redirect = at(rule, ["redirectConfiguration"])
        return isPlain && redirect === undefined ? [mustBe(path, redirect, "set: a redirect to HTTPS")] : []
      })
    },
  },
  {
    rule: "identity-no-wildcard-action",
    types: ["azure-native:authorization:RoleDefinition"],
    scope: "resource",
    problems: ({ inputs }) =>
      list(inputs.permissions).flatMap((permission, index) =>
        ["actions", "dataActions"].flatMap((kind) => {
          const wild = list(at(permission, [kind])).filter(isWildcard)
          const message = `${wild.map(shown).join(", ")} grants whole services; name the actions`
          return wild.length === 0 ? [] : [{ path: ["permissions", index, kind], message }]
        }),
      ),
  },
  {
    rule: "identity-no-wildcard-action",
    types: ["azure-native:authorization:RoleAssignment"],
    scope: "resource",
    problems: ({ inputs: { roleDefinitionId } }) =>
      broadRoles.includes(lastPart(roleDefinitionId))
        ? [mustBe(["roleDefinitionId"], roleDefinitionId, "a role that names its actions")]
        : [],
  },
  {
    rule: "lock-protected",
    types: [types.lock],
    scope: "resource",
    problems: (lock, view) =>
      lock.protect || !inProduction(lock, view)
        ? []
        : [{ path: [], message: "Pulumi may delete it; give it the option protect" }],
  },
  property({
    rule: "logs-retention",
    types: ["azure-native:operationalinsights:Workspace"],
    path: ["retentionInDays"],
    fits: (days) => Number(days) > 0,
    allowed: "a number of days",
  }),
  property({
    rule: "production-zones",
    types: [types.groupSet, types.gateway],
    path: ["zones"],
    fits: severalZones,
    allowed: "two zones or more",
    when: inProduction,
  }),
  property({
    rule: "production-zones",
    types: [types.server],
    path: ["highAvailability", "mode"],
    fits: (mode) => mode === "ZoneRedundant",
    allowed: "ZoneRedundant",
    when: inProduction,
  }),
  {
    rule: "owned",
    types: "all",
    scope: "resource",
    problems: ({ type, inputs: { tags } }) => {
      if (!type.startsWith("azure-native:") || untaggable.includes(type) || isHidden(tags)) return []
      const missing = missingOwnership((name) => at(tags, [name]) !== undefined)
      return missing === undefined ? [] : [{ path: ["tags"], message: `${missing}; tag it with the stack's ownership` }]
    },
  },
]
