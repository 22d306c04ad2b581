import { answer, owned, resource } from "../sample/resource.ts"
import { add, all, broken, type Case, drop, put, set, sound } from "./case.ts"

type Keys = readonly (string | number)[]

const text = (keys: Keys) =>
  keys
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .slice(1)
const mustBe = (path: string, value: unknown, allowed: string) =>
  `${path} is ${JSON.stringify(value) ?? "missing"}; it must be ${allowed}`

/** One property of one resource that must hold a value; `from` is where the message counts from. */
const property = (rule: string, name: string, keys: Keys, value: unknown, allowed: string, from = 0): Case =>
  broken(rule, put(name, keys, value), name, text(keys), mustBe(text(keys.slice(from)), value, allowed))

const subnet = ["network", "delegatedSubnetResourceId"]
const open = ["network", "publicNetworkAccess"]
const noLock = "no ManagementLockByScope of it has the level CanNotDelete; add one"
const noExpiry = "no ManagementPolicy of it has an enabled rule that deletes blobs; add one"
const keysOnly = "Enabled: the gateway knows no other way to say who it is"

const data: readonly Case[] = [
  property("database-private", "database", subnet, undefined, "set: a subnet of the stack's own"),
  property("database-private", "database", open, "Enabled", "Disabled"),
  sound("database-private", put("database", ["network"], answer("network"))),
  property("database-tls", "tls", ["value"], "off", "on"),
  sound("database-tls", all(put("tls", ["configurationName"], "log_connections"), put("tls", ["value"], "off"))),
  property("database-backups", "database", ["backup", "backupRetentionDays"], 29, "30 days or more"),
  sound("database-backups", put("database", ["backup", "backupRetentionDays"], 7), "staging"),
  broken("database-deletion-protection", drop("lock"), "database", "", noLock),
  broken("database-deletion-protection", put("lock", ["level"], "NotSpecified"), "database", "", noLock),
  broken("database-deletion-protection", set("lock", { dependencies: [] }), "database", "", noLock),
  sound("database-deletion-protection", drop("lock"), "development"),
  property("cache-encrypted", "cache-database", ["clientProtocol"], "Plaintext", "Encrypted"),
  property("cache-encrypted", "cache", ["minimumTlsVersion"], "1.0", "1.2"),
  property("cache-authenticated", "cache-database", ["accessKeysAuthentication"], undefined, keysOnly),
  property("cache-failover", "cache", ["highAvailability"], "Disabled", "Enabled"),
  property("database-private", "cache", ["publicNetworkAccess"], "Enabled", "Disabled, with a private endpoint"),
  property("bucket-private", "archive", ["allowBlobPublicAccess"], undefined, "false"),
  property("bucket-private", "archive", ["networkRuleSet", "defaultAction"], "Allow", "Deny"),
  property("bucket-private", "exports", ["publicAccess"], "Blob", "None"),
  broken("bucket-lifecycle", drop("lifecycle"), "archive", "", noExpiry),
  broken("bucket-lifecycle", put("lifecycle", ["policy", "rules", 0, "enabled"], false), "archive", "", noExpiry),
  property("bucket-tls", "archive", ["minimumTlsVersion"], "TLS1_0", "TLS1_2 or TLS1_3"),
  property("bucket-tls", "archive", ["enableHttpsTrafficOnly"], false, "true"),
  property("bucket-no-key", "archive", ["allowSharedKeyAccess"], undefined, "false"),
  property("vault-recoverable", "vault", ["properties", "enablePurgeProtection"], undefined, "true"),
  property("vault-recoverable", "vault", ["properties", "enableSoftDelete"], false, "true"),
  sound("vault-recoverable", put("vault", ["properties", "enablePurgeProtection"], undefined), "development"),
  property("vault-by-role", "vault", ["properties", "enableRbacAuthorization"], undefined, "true"),
  property("vault-closed", "vault", ["properties", "networkAcls", "defaultAction"], "Allow", "Deny"),
  sound(
    "vault-closed",
    all(
      put("vault", ["properties", "networkAcls"], undefined),
      put("vault", ["properties", "publicNetworkAccess"], "Disabled"),
    ),
  ),
]

const app = (...keys: Keys) => ["containers", 0, ...keys]
const byDigest = "an image by digest, such as registry/name@sha256:…"
const probe = "set: an httpGet or exec probe of this container"
const least = ["elasticProfile", "desiredCount"]
const inPlace = ["updateProfile", "rollingUpdateProfile", "inPlaceUpdate"]
const identities = ["identity", "userAssignedIdentities"]
const cpu = app("resources", "requests", "cpu")

const workloads: readonly Case[] = [
  property("image-by-digest", "api-profile", app("image"), "registry.example.com/atlas:1.0.0", byDigest, 2),
  property("image-by-digest", "gate", app("image"), "atlas:latest", byDigest, 2),
  // Of Prometheus's own images a version will do; of another owner's it will not.
  property("image-by-digest", "gate", app("image"), "someone/prometheus:v3.5.0", byDigest, 2),
  property(
    "image-vendor-version",
    "api-profile",
    ["containers", 1, "image"],
    "kong:3.9",
    "an official image by its whole version",
    2,
  ),
  property("container-resources", "gate", cpu, undefined, "set, such as 0.5 of cpu or 1 of memoryInGB", 2),
  property("container-probes", "api-profile", app("livenessProbe"), undefined, probe, 2),
  sound("container-probes", put("gate", app("livenessProbe"), undefined)),
  broken(
    "secret-not-plain",
    put("api-profile", app("environmentVariables", 1), { name: "DATABASE_URL", value: "postgres://a:b@c/d" }),
    "api-profile",
    "containers[0].environmentVariables[1].value",
    "DATABASE_URL holds a URL with a password; give it as a secureValue",
  ),
  property("workload-identity", "api-groups", identities, undefined, "an identity of the workload's own"),
  property("workload-identity", "gate", identities, [], "an identity of the workload's own"),
  property("group-private", "api-profile", ["ipAddress", "type"], "Public", "Private, in a subnet"),
  property("rollout-replaces", "api-groups", inPlace, true, "false"),
  property("rollout-replaces", "api-groups", inPlace, undefined, "false"),
  property("rollout-replaces", "api-groups", ["updateProfile", "updateMode"], "Manual", "Rolling"),
  broken(
    "production-replicas",
    put("scaler-profile", app("environmentVariables", 0, "value"), '{"api":{"min":1,"max":10}}'),
    "api-groups",
    "elasticProfile.desiredCount",
    "the scaler may leave 1; its SCALING must say 2 or more",
  ),
  broken(
    "production-replicas",
    all(drop("scaler-profile"), put("api-groups", least, 1)),
    "api-groups",
    "elasticProfile.desiredCount",
    mustBe("elasticProfile.desiredCount", 1, "2 or more"),
  ),
  sound("production-replicas", all(drop("scaler-profile"), put("api-groups", least, 1)), "staging"),
  sound("production-replicas", put("api-groups", least, 1)),
]

const openPorts = (ports: string) => `ports ${ports} are open to Internet; only 80 and 443 may be`
const beside = (ports: string) => `ports ${ports} are open to Internet beside the gateway; name who may reach them`
const first = (...keys: Keys) => ["securityRules", 0, ...keys]
const noDenial = "no inbound rule denies all; Azure's own lets the whole network in"
const rights = ["permissions", 0, "actions"]
const owner = "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
const modern = "one with TLS 1.2 or newer, AppGwSslPolicy20220101"
const policy = ["sslPolicy", "policyName"]
const redirect = ["requestRoutingRules", 0, "redirectConfiguration"]

const platform: readonly Case[] = [
  broken(
    "network-closed",
    put("inner-group", first("sourceAddressPrefix"), "Internet"),
    "inner-group",
    "securityRules[0]",
    openPorts('"5432"'),
  ),
  broken(
    "network-closed",
    put("edge-group", first("destinationPortRange"), "80-90"),
    "edge-group",
    "securityRules[0]",
    openPorts('"80-90"'),
  ),
  broken(
    "network-closed",
    put("inner-group", ["securityRules", 0], {
      access: "Allow",
      direction: "Inbound",
      sourceAddressPrefixes: ["10.0.0.0/8", "Internet"],
      destinationPortRanges: ["443"],
    }),
    "inner-group",
    "securityRules[0]",
    beside('"443"'),
  ),
  broken(
    "network-closed",
    add(
      resource("alone", "azure-native:network:SecurityRule", {
        access: "Allow",
        direction: "Inbound",
        sourceAddressPrefix: "Internet",
        destinationPortRange: "22",
      }),
    ),
    "alone",
    "",
    openPorts('"22"'),
  ),
  sound("network-closed", put("inner-group", first("direction"), "Outbound")),
  broken(
    "network-default-deny",
    put("inner-group", ["securityRules", 1, "sourceAddressPrefix"], "Internet"),
    "inner-group",
    "securityRules",
    noDenial,
  ),
  property("subnet-guarded", "groups-subnet", ["networkSecurityGroup", "id"], undefined, "set: a security group"),
  property("group-egress", "groups-subnet", ["natGateway", "id"], undefined, "set: a NAT gateway"),
  sound(
    "group-egress",
    all(put("groups-subnet", ["natGateway"], undefined), put("groups-subnet", ["delegations"], [])),
  ),
  property("edge-tls", "gateway", policy, "AppGwSslPolicy20170401", modern),
  property("edge-tls", "gateway", policy, undefined, modern),
  sound("edge-tls", put("gateway", ["sslPolicy"], { policyType: "CustomV2", minProtocolVersion: "TLSv1_3" })),
  property("edge-redirect", "gateway", redirect, undefined, "set: a redirect to HTTPS"),
  sound("edge-redirect", put("gateway", redirect, undefined), "development"),
  broken(
    "identity-no-wildcard-action",
    put("role", rights, ["Microsoft.ContainerInstance/*", "*/read", "Microsoft.Storage/storageAccounts/read"]),
    "role",
    "permissions[0].actions",
    '"Microsoft.ContainerInstance/*", "*/read" grants whole services; name the actions',
  ),
  property("identity-no-wildcard-action", "assignment", ["roleDefinitionId"], owner, "a role that names its actions"),
  sound("identity-no-wildcard-action", put("assignment", ["roleDefinitionId"], answer("role.id"))),
  broken(
    "lock-protected",
    set("lock", { protect: false }),
    "lock",
    "",
    "Pulumi may delete it; give it the option protect",
  ),
  sound("lock-protected", set("lock", { protect: false }), "staging"),
  property("registry-no-password", "registry", ["adminUserEnabled"], true, "false"),
  property("registry-no-password", "registry", ["anonymousPullEnabled"], true, "false"),
  property("logs-retention", "logs", ["retentionInDays"], undefined, "a number of days"),
  property("production-zones", "api-groups", ["zones"], ["1"], "two zones or more"),
  property("production-zones", "gateway", ["zones"], undefined, "two zones or more"),
  property("production-zones", "database", ["highAvailability", "mode"], "Disabled", "ZoneRedundant"),
  sound("production-zones", put("database", ["highAvailability", "mode"], "Disabled"), "staging"),
  broken(
    "owned",
    put("logs", ["tags"], { ...owned, stack: undefined }),
    "logs",
    "tags",
    "stack missing; tag it with the stack's ownership",
  ),
]

const watch: readonly Case[] = [
  property("alert-told", "alerts", ["rules", 0, "actions"], [], "a list with an action"),
  property("alert-told", "alerts", ["rules", 0, "actions"], undefined, "a list with an action"),
  sound("alert-told", put("alerts", ["rules", 0, "actions"], []), "development"),
  broken(
    "replica-collected",
    put("scaler-profile", ["containers", 1, "image"], "kong:3.9.3"),
    "scaler-profile",
    "containers",
    "none of the containers collects metrics; add a collector, such as Prometheus",
  ),
  sound("replica-collected", put("scaler-profile", ["containers", 1, "image"], answer("collector.reference"))),
]

export const azureCases: readonly Case[] = [...data, ...workloads, ...platform, ...watch]
