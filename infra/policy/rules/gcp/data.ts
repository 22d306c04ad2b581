import type { Check, Path } from "../../check.ts"
import { at, atLeast, backupDays, inProduction, isHidden, isTrue, list, mustBe, property } from "../../values.ts"

const databases = ["gcp:sql/databaseInstance:DatabaseInstance"]
const caches = ["gcp:redis/instance:Instance"]
const buckets = ["gcp:storage/bucket:Bucket"]

const settings = (...path: Path) => ["settings", ...path]

const oneOf = (...values: readonly string[]) => ({
  fits: (value: unknown) => values.some((one) => one === value),
  allowed: values.join(" or "),
})

const isFalse = (value: unknown): boolean => value === false

/** Lets objects go, sooner or later. */
const expires = (rule: unknown): boolean =>
  at(rule, ["action", "type"]) === "Delete" && at(rule, ["condition", "age"]) !== undefined

/** Database, cache and bucket. Both stores are encrypted at rest whatever is asked; their other defaults are not safe. */
export const dataChecks: readonly Check[] = [
  property({
    rule: "database-private",
    types: databases,
    path: settings("ipConfiguration", "ipv4Enabled"),
    fits: isFalse,
    allowed: "false, with a privateNetwork",
  }),
  property({
    rule: "database-tls",
    types: databases,
    path: settings("ipConfiguration", "sslMode"),
    ...oneOf("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"),
  }),
  property({
    rule: "database-certificate-named",
    types: databases,
    path: settings("ipConfiguration", "serverCaMode"),
    ...oneOf("GOOGLE_MANAGED_CAS_CA", "CUSTOMER_MANAGED_CAS_CA"),
  }),
  property({
    rule: "database-backups",
    types: databases,
    path: settings("backupConfiguration", "pointInTimeRecoveryEnabled"),
    fits: isTrue,
    allowed: "true",
    when: inProduction,
  }),
  property({
    rule: "database-backups",
    types: databases,
    path: settings("backupConfiguration", "transactionLogRetentionDays"),
    fits: atLeast(backupDays),
    allowed: `${backupDays} days or more`,
    when: inProduction,
  }),
  // The provider's own flag holds only the provider; the other holds whoever asks.
  ...[["deletionProtection"], settings("deletionProtectionEnabled")].map((path) =>
    property({
      rule: "database-deletion-protection",
      types: databases,
      path,
      fits: isTrue,
      allowed: "true",
      when: inProduction,
    }),
  ),
  property({
    rule: "database-final-snapshot",
    types: databases,
    path: settings("finalBackupConfig", "enabled"),
    fits: isTrue,
    allowed: "true",
    when: inProduction,
  }),
  property({
    rule: "production-zones",
    types: databases,
    path: settings("availabilityType"),
    ...oneOf("REGIONAL"),
    when: inProduction,
  }),
  property({
    rule: "cache-encrypted",
    types: caches,
    path: ["transitEncryptionMode"],
    ...oneOf("SERVER_AUTHENTICATION"),
  }),
  property({ rule: "cache-authenticated", types: caches, path: ["authEnabled"], fits: isTrue, allowed: "true" }),
  property({ rule: "cache-failover", types: caches, path: ["tier"], ...oneOf("STANDARD_HA") }),
  property({ rule: "bucket-private", types: buckets, path: ["publicAccessPrevention"], ...oneOf("enforced") }),
  property({
    rule: "bucket-private",
    types: buckets,
    path: ["uniformBucketLevelAccess"],
    fits: isTrue,
    allowed: "true",
  }),
  {
    rule: "bucket-lifecycle",
    types: buckets,
    scope: "resource",
    problems: ({ inputs }) => {
      const rules = inputs.lifecycleRules
      return isHidden(rules) || list(rules).some(expires)
        ? []
        : [mustBe(["lifecycleRules"], rules, 'a list with {action: {type: "Delete"}, condition: {age: …}}')]
    },
  },
]
