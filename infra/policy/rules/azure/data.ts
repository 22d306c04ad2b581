import type { Check } from "../../check.ts"
import {
  at,
  atLeast,
  backupDays,
  inProduction,
  isHidden,
  isNotTrue,
  isTrue,
  list,
  mustBe,
  property,
  refersTo,
} from "../../values.ts"
import { types } from "./types.ts"

const servers = [types.server]
const caches = ["azure-native:redisenterprise:RedisEnterprise"]
const cacheDatabases = ["azure-native:redisenterprise:Database"]
const accounts = [types.account]
const vaults = ["azure-native:keyvault:Vault"]

/** Settings of a server that may not be loosened, with what each must be. */
const strict: Readonly<Record<string, readonly string[]>> = {
  require_secure_transport: ["on"],
  ssl_min_protocol_version: ["tlsv1.2", "tlsv1.3"],
}

const isExpiry = (rule: unknown): boolean =>
  at(rule, ["enabled"]) === true &&
  at(rule, ["type"]) === "Lifecycle" &&
  at(rule, ["definition", "actions", "baseBlob", "delete"]) !== undefined

const isDenied = (value: unknown): boolean => value === "Deny"
const isDisabled = (value: unknown): boolean => value === "Disabled"
const tls12 = (value: unknown): boolean => value === "TLS1_2" || value === "TLS1_3"

/**
 * Database, cache, archive and vault. A server and a cache encrypt what they store always, so nothing is asked of that.
 * https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-data-encryption
 */
export const dataChecks: readonly Check[] = [
  property({
    rule: "database-private",
    types: servers,
    path: ["network", "delegatedSubnetResourceId"],
    fits: (subnet) => subnet !== undefined,
    allowed: "set: a subnet of the stack's own",
  }),
  property({
    rule: "database-private",
    types: servers,
    path: ["network", "publicNetworkAccess"],
    fits: isDisabled,
    allowed: "Disabled",
  }),
  {
    rule: "database-tls",
    types: ["azure-native:dbforpostgresql:Configuration"],
    scope: "resource",
    problems: ({ inputs: { configurationName, value } }) => {
      const allowed = strict[String(configurationName)]
      if (allowed === undefined || isHidden(value) || allowed.includes(String(value).toLowerCase())) return []
      return [mustBe(["value"], value, allowed.join(" or "))]
    },
  },
  property({
    rule: "database-backups",
    types: servers,
    path: ["backup", "backupRetentionDays"],
    fits: atLeast(backupDays),
    allowed: `${backupDays} days or more`,
    when: inProduction,
  }),
  {
    rule: "database-deletion-protection",
    types: servers,
    scope: "plan",
    problems: (server, view) => {
      const locks = view.resources.filter(
        ({ type, inputs, dependencies }) =>
          type === types.lock &&
          dependencies.includes(server.urn) &&
          (isHidden(inputs.level) || inputs.level === "CanNotDelete" || inputs.level === "ReadOnly"),
      )
      if (!inProduction(server, view) || locks.length > 0) return []
      return [{ path: [], message: "no ManagementLockByScope of it has the level CanNotDelete; add one" }]
    },
  },
  property({
    rule: "cache-encrypted",
    types: cacheDatabases,
    path: ["clientProtocol"],
    fits: (protocol) => protocol === undefined || protocol === "Encrypted",
    allowed: "Encrypted",
  }),
  property({
    rule: "cache-encrypted",
    types: caches,
    path: ["minimumTlsVersion"],
    fits: (version) => version === undefined || version === "1.2",
    allowed: "1.2",
  }),
  property({
    rule: "cache-authenticated",
    types: cacheDatabases,
    path: ["accessKeysAuthentication"],
    fits: (keys) => keys === "Enabled",
    allowed: "Enabled: the gateway knows no other way to say who it is",
  }),
  property({
    rule: "cache-failover",
    types: caches,
    path: ["highAvailability"],
    fits: (state) => state === undefined || state === "Enabled",
    allowed: "Enabled",
  }),
  property({
    rule: "database-private",
    types: caches,
    path: ["publicNetworkAccess"],
    fits: isDisabled,
    allowed: "Disabled, with a private endpoint",
  }),
  property({
    rule: "bucket-private",
    types: accounts,
    path: ["allowBlobPublicAccess"],
    fits: (value) => value === false,
    allowed: "false",
  }),
  property({
    rule: "bucket-private",
    types: accounts,
    path: ["networkRuleSet", "defaultAction"],
    fits: isDenied,
    allowed: "Deny",
  }),
  property({
    rule: "bucket-private",
    types: ["azure-native:storage:BlobContainer"],
    path: ["publicAccess"],
    fits: (access) => access === undefined || access === "None",
    allowed: "None",
  }),
  {
    rule: "bucket-lifecycle",
    types: accounts,
    scope: "plan",
    problems: (account, { resources }) => {
      const policies = resources.filter(
        (one) =>
          one.type === "azure-native:storage:ManagementPolicy" &&
          refersTo(one, account, ["accountName"], ["accountName"]),
      )
      const isKept = policies.some(
        ({ inputs: { policy } }) =>
          isHidden(policy) || isHidden(at(policy, ["rules"])) || list(at(policy, ["rules"])).some(isExpiry),
      )
      return isKept
        ? []
        : [{ path: [], message: "no ManagementPolicy of it has an enabled rule that deletes blobs; add one" }]
    },
  },
  property({
    rule: "bucket-tls",
    types: accounts,
    path: ["minimumTlsVersion"],
    fits: tls12,
    allowed: "TLS1_2 or TLS1_3",
  }),
  property({
    rule: "bucket-tls",
    types: accounts,
    path: ["enableHttpsTrafficOnly"],
    fits: (value) => value !== false,
    allowed: "true",
  }),
  property({
    rule: "bucket-no-key",
    types: accounts,
    path: ["allowSharedKeyAccess"],
    fits: (value) => value === false,
    allowed: "false",
  }),
  property({
    rule: "vault-recoverable",
    types: vaults,
    path: ["properties", "enablePurgeProtection"],
    fits: isTrue,
    allowed: "true",
    when: inProduction,
  }),
  property({
    rule: "vault-recoverable",
    types: vaults,
    path: ["properties", "enableSoftDelete"],
    fits: (value) => value !== false,
    allowed: "true",
  }),
  property({
    rule: "vault-by-role",
    types: vaults,
    path: ["properties", "enableRbacAuthorization"],
    fits: isTrue,
    allowed: "true",
  }),
  {
    rule: "vault-closed",
    types: vaults,
    scope: "resource",
    problems: ({ inputs }) => {
      const path = ["properties", "networkAcls", "defaultAction"]
      const action = at(inputs, path)
      const isClosed = isDisabled(at(inputs, ["properties", "publicNetworkAccess"])) || isDenied(action)
      return isClosed || isHidden(action) ? [] : [mustBe(path, action, "Deny")]
    },
  },
  property({
    rule: "registry-no-password",
    types: ["azure-native:containerregistry:Registry"],
    path: ["adminUserEnabled"],
    fits: isNotTrue,
    allowed: "false",
  }),
  property({
    rule: "registry-no-password",
    types: ["azure-native:containerregistry:Registry"],
    path: ["anonymousPullEnabled"],
    fits: isNotTrue,
    allowed: "false",
  }),
]
