import type { Observation } from "../observation.ts"
import type { PlannedResource } from "../resource.ts"
import { Value } from "./values.ts"
import { grafanaPanels, ownQuery, rulesOf } from "./watched.ts"

const DAY = 86_400
const MINUTE = 60

type All = (type: string) => readonly Value[]

/** What stands beside the container groups on Azure. */
export function observeAzureGround(resources: readonly PlannedResource[]): Observation {
  const all: All = (type) =>
    resources.filter((one) => one.type === `azure-native:${type}`).map(({ inputs }) => new Value(inputs))
  return {
    ...given("timeout", timeout(all)),
    ...given("edge", edge(first(all, "network:ApplicationGateway"))),
    ...given("database", database(all)),
    ...given("cache", cache(all)),
    ...given("network", network(all)),
    ...given("backups", keep(first(all, "storage:ManagementPolicy"))),
    ...given("dashboards", dashboards(all)),
    ...given("alerts", alerts(all)),
    ...given("logs", logs(first(all, "operationalinsights:Workspace"))),
  }
}

const first = (all: All, type: string): Value => all(type)[0] ?? new Value(undefined)

function given<Name extends keyof Observation>(name: Name, value: Observation[Name]): Observation {
  return value === undefined ? {} : { [name]: value }
}

/** The shortest silence that any hop between client and gateway cuts. */
function timeout(all: All): number | undefined {
  const gateway = first(all, "network:ApplicationGateway")
  const addressOf = (address: Value) => address.at("idleTimeoutInMinutes").number
  const hops = [
    gateway.at("backendHttpSettingsCollection", 0, "requestTimeout").number,
    ...all("network:PublicIPAddress")
      .flatMap((address) => addressOf(address) ?? [])
      .map((minutes) => minutes * MINUTE),
    (first(all, "network:LoadBalancer").at("loadBalancingRules", 0, "idleTimeoutInMinutes").number ?? Number.NaN) *
      MINUTE,
  ]
  return hops.some((hop) => hop === undefined || Number.isNaN(hop)) || hops.length < 3
    ? undefined
    : Math.min(...hops.flatMap((hop) => hop ?? []))
}

/** The least TLS of each policy: https://learn.microsoft.com/azure/application-gateway/application-gateway-ssl-policy-overview */
const policies: Readonly<Record<string, string>> = {
  AppGwSslPolicy20150501: "1.0",
  AppGwSslPolicy20170401: "1.1",
  AppGwSslPolicy20170401S: "1.2",
  AppGwSslPolicy20220101: "1.2",
  AppGwSslPolicy20220101S: "1.2",
}

function edge(gateway: Value): Observation["edge"] {
  const listeners = gateway.at("httpListeners").items
  if (!listeners.some((one) => one.at("protocol").text === "Https")) return undefined
  const plain = listeners.filter((one) => one.at("protocol").text === "Http").map((one) => one.at("name").text)
  const rules = gateway.at("requestRoutingRules").items
  const redirects = gateway.at("redirectConfigurations").items
  const isRedirected = (name: string | undefined) => {
    const rule = rules.find((one) => lastPart(one.at("httpListener", "id")) === name)
    const redirect = redirects.find((one) => one.at("name").text === lastPart(rule?.at("redirectConfiguration", "id")))
    const target = lastPart(redirect?.at("targetListener", "id"))
    return listeners.some((one) => one.at("name").text === target && one.at("protocol").text === "Https")
  }
  return {
    minimumTls: policies[gateway.at("sslPolicy", "policyName").text ?? ""] ?? "unknown",
    redirect: plain.length > 0 && plain.every(isRedirected),
  }
}

const lastPart = (id: Value | undefined): string | undefined => id?.text?.split("/").at(-1)

/** Memory of the sizes, in GiB: https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-limits */
const memories: readonly (readonly [pattern: RegExp, gibibytes: number])[] = [
  [/_B1ms$/, 2],
  [/_B2s$/, 4],
  [/_(?:B2ms|D2\w+)$/, 8],
  [/_(?:B4ms|D4\w+)$/, 16],
  [/_(?:B8ms|D8\w+)$/, 32],
  [/_(?:B16ms|D16\w+)$/, 64],
  [/_D32\w+$/, 128],
  [/_D64\w+$/, 256],
]

/** A unit of capacity, in GiB. */
const UNIT = 2

function database(all: All): Observation["database"] {
  const server = first(all, "dbforpostgresql:Server")
  if (!server.exists) return undefined
  const units =
    (memories.find(([pattern]) => pattern.test(server.at("sku", "name").text ?? ""))?.[1] ?? Number.NaN) / UNIT
  const forced = all("dbforpostgresql:Configuration").find(
    (one) => one.at("configurationName").text === "require_secure_transport",
  )
  const locks = all("authorization:ManagementLockByScope").filter((one) => one.at("level").text === "CanNotDelete")
  return {
    version: server.at("version").number ?? Number.NaN,
    private:
      server.at("network", "delegatedSubnetResourceId").exists &&
      server.at("network", "publicNetworkAccess").text === "Disabled",
    // A server encrypts its storage always: https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-data-encryption
    encrypted: true,
    tlsForced: forced?.at("value").text?.toLowerCase() === "on",
    capacity: { min: units, max: units },
    pointInTime: (server.at("backup", "backupRetentionDays").number ?? Number.NaN) * DAY,
    deletionProtection: locks.some((one) => (one.at("scope").text ?? "").includes("database")),
  }
}

function cache(all: All): Observation["cache"] {
  const cluster = first(all, "redisenterprise:RedisEnterprise")
  const data = first(all, "redisenterprise:Database")
  if (!cluster.exists || !data.exists) return undefined
  const isDoubled = cluster.at("highAvailability").text === "Enabled"
  const isLinked = all("network:PrivateEndpoint").some((one) =>
    one.at("privateLinkServiceConnections", 0, "groupIds").texts.includes("redisEnterprise"),
  )
  return {
    nodes: isDoubled ? 2 : 1,
    failover: isDoubled,
    tls: data.at("clientProtocol").text === "Encrypted",
    password: data.at("accessKeysAuthentication").text === "Enabled",
    private: cluster.at("publicNetworkAccess").text === "Disabled" && isLinked,
  }
}

/** Closed are the subnets that have a security group each, whose last rule lets nothing in. */
function network(all: All): Observation["network"] {
  const cidr = first(all, "network:VirtualNetwork").at("addressSpace", "addressPrefixes", 0).text
  if (cidr === undefined) return undefined
  const zones = all("containerinstance:NGroup").map((one) => one.at("zones").texts.length)
  const groups = all("network:NetworkSecurityGroup")
  const denies = (group: Value) =>
    group
      .at("securityRules")
      .items.some(
        (rule) =>
          rule.at("access").text === "Deny" &&
          rule.at("direction").text === "Inbound" &&
          ["sourceAddressPrefix", "destinationAddressPrefix", "destinationPortRange", "protocol"].every(
            (name) => rule.at(name).text === "*",
          ),
      )
  const isGuarded = all("network:Subnet").every((subnet) => subnet.at("networkSecurityGroup", "id").exists)
  return { cidr, zones: Math.min(...zones), defaultDeny: isGuarded && groups.length > 0 && groups.every(denies) }
}

function keep(policy: Value): Observation["backups"] {
  const rule = policy.at("policy", "rules").items.find((one) => one.at("enabled").isTrue)
  const days = rule?.at("definition", "actions", "baseBlob", "delete", "daysAfterModificationGreaterThan").number
  return days === undefined ? undefined : { keep: days * DAY }
}

/** A definition is shown by the dashboard that it belongs to. */
function dashboards(all: All): Observation["dashboards"] {
  const text = first(all, "dashboard:DashboardDefinition").at("properties", "serializedData").text
  return text === undefined
    ? undefined
    : { panels: grafanaPanels(text), shown: first(all, "dashboard:Dashboard").exists }
}

const severities: Readonly<Record<number, string>> = { 1: "page", 3: "ticket" }

/** Who is told is in the group of actions that every rule names. */
function alerts(all: All): Observation["alerts"] {
  const group = first(all, "alertsmanagement:PrometheusRuleGroup")
  if (!group.exists) return undefined
  const rules = group.at("rules").items
  const isSent = rules.every((rule) => rule.at("actions", 0, "actionGroupId").exists)
  const receivers = all("monitor:ActionGroup").flatMap((one) => one.at("emailReceivers").items)
  return {
    rules: rulesOf(
      rules.map((rule) => ({
        name: rule.at("alert").text,
        promql: ownQuery(rule.at("expression").text),
        after: Number(/^PT(\d+)S$/.exec(rule.at("for").text ?? "")?.[1]),
        severity: severities[rule.at("severity").number ?? Number.NaN] ?? "none",
      })),
    ),
    mail: isSent ? receivers.flatMap((one) => one.at("emailAddress").text ?? []) : [],
  }
}

function logs(workspace: Value): Observation["logs"] {
  const days = workspace.at("retentionInDays").number
  return days === undefined ? undefined : { keep: days * DAY }
}
