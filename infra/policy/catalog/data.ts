import type { RuleText } from "../rule.ts"
import { awsDocs, azureDocs } from "./sources.ts"

/** What is asked of the database, the cache, the buckets and the vault. */
export const data = {
  "database-encrypted": {
    title: "The database's storage is encrypted",
    why: "A copied disk or snapshot must be worthless; encryption cannot be switched on later without a new database",
    source: `${awsDocs}/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html`,
    severity: "mandatory",
  },
  "database-private": {
    title: "The database has no public address",
    why: "A leaked password must not be enough to read the data",
    source: `${awsDocs}/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html`,
    severity: "mandatory",
  },
  "database-tls": {
    title: "The database refuses connections without TLS",
    why: "Passwords and rows cross the network; a client that forgets TLS must fail",
    source: `${awsDocs}/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Security.html`,
    severity: "mandatory",
  },
  "database-backups": {
    title: "A production database can be taken back 30 days",
    why: "Damage is often found late",
    source: `${awsDocs}/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.html`,
    severity: "mandatory",
  },
  "database-deletion-protection": {
    title: "A production database cannot be deleted by accident",
    why: "One wrong plan must not end the data",
    source: `${awsDocs}/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html`,
    severity: "mandatory",
  },
  "database-final-snapshot": {
    title: "Deleting a production database leaves a snapshot",
    why: "Automated backups go with the database",
    source: `${awsDocs}/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html`,
    severity: "advisory",
  },
  "cache-encrypted": {
    title: "The cache is encrypted in transit and at rest",
    why: "It holds answers and rate counters, and its password crosses the network",
    source: `${awsDocs}/AmazonElastiCache/latest/dg/encryption.html`,
    severity: "mandatory",
  },
  "cache-authenticated": {
    title: "The cache asks for a password",
    why: "Being in the network must not be enough",
    source: `${awsDocs}/AmazonElastiCache/latest/dg/auth.html`,
    severity: "mandatory",
  },
  "cache-failover": {
    title: "The cache fails over by itself",
    why: "The gateway counts its consumers there; one lost node must not stop that",
    source: `${awsDocs}/AmazonElastiCache/latest/dg/AutoFailover.html`,
    severity: "mandatory",
  },
  "bucket-private": {
    title: "A bucket blocks all public access",
    why: "Exports hold every row",
    source: `${awsDocs}/AmazonS3/latest/userguide/access-control-block-public-access.html`,
    severity: "mandatory",
  },
  "bucket-lifecycle": {
    title: "A bucket lets its objects expire",
    why: "Exports are kept for a set time, and no longer",
    source: `${awsDocs}/AmazonS3/latest/userguide/object-lifecycle-mgmt.html`,
    severity: "mandatory",
  },
  "bucket-tls": {
    title: "A bucket refuses requests without TLS",
    why: "A signed URL works over plain HTTP too",
    source: `${awsDocs}/AmazonS3/latest/userguide/security-best-practices.html`,
    severity: "mandatory",
  },
  "bucket-no-key": {
    title: "A bucket is opened by identities, never by a key of its account",
    why: "A key opens everything, names nobody, and is valid until someone changes it",
    source: `${azureDocs}/storage/common/shared-key-authorization-prevent`,
    severity: "mandatory",
  },
  "vault-recoverable": {
    title: "What is deleted from a production vault can be had back",
    why: "Whoever may delete a secret must not be able to end it at once",
    source: `${azureDocs}/key-vault/general/soft-delete-overview`,
    severity: "mandatory",
  },
  "vault-by-role": {
    title: "A vault is opened by roles, not by policies of its own",
    why: "Whoever may write a vault's own policies may give themselves its secrets",
    source: `${azureDocs}/key-vault/general/rbac-guide`,
    severity: "mandatory",
  },
  "vault-closed": {
    title: "A vault answers only networks that are named",
    why: "A leaked token must not be enough to read the secrets",
    source: `${azureDocs}/key-vault/general/network-security`,
    severity: "mandatory",
  },
} as const satisfies Record<string, RuleText>
