import type { PlannedResource } from "../../../plan/resource.ts"
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
import { isUnread, statementsOf } from "./documents.ts"

const databases = ["aws:rds/cluster:Cluster", "aws:rds/instance:Instance"]
const caches = ["aws:elasticache/replicationGroup:ReplicationGroup"]
const buckets = ["aws:s3/bucket:Bucket"]

/** Parameter groups of PostgreSQL, Aurora's and the plain one's, with what names them in a database. */
const parameterGroups = ["aws:rds/clusterParameterGroup:ClusterParameterGroup", "aws:rds/parameterGroup:ParameterGroup"]
const parameterGroupNames = ["dbClusterParameterGroupName", "parameterGroupName"]

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]

const isRequiredTls = (parameter: unknown): boolean =>
  at(parameter, ["name"]) === "rds.force_ssl" && at(parameter, ["value"]) === "1"

/** A policy that refuses whatever comes without TLS. */
const refusesPlain = ({ inputs }: PlannedResource): boolean =>
  isUnread(inputs.policy) ||
  statementsOf(inputs.policy).some(
    ({ statement }) =>
      at(statement, ["Effect"]) === "Deny" &&
      String(at(statement, ["Condition", "Bool", "aws:SecureTransport"])) === "false",
  )

const expires = (rule: unknown): boolean => at(rule, ["status"]) === "Enabled" && at(rule, ["expiration"]) !== undefined

/** A bucket is ruled by resources of its own kind that name it: one must be there and fit. */
const companion = (
  rule: Check["rule"],
  type: string,
  fits: (resource: PlannedResource) => boolean,
  missing: string,
): Check => ({
  rule,
  types: buckets,
  scope: "plan",
  problems: (bucket, { resources }) => {
    const own = resources.filter((one) => one.type === type && refersTo(one, bucket, ["bucket"], ["bucket"]))
    return own.some(fits) ? [] : [{ path: [], message: missing }]
  },
})

/** Database, cache and buckets. Defaults that stand here are the provider's: none of them is safe. */
export const dataChecks: readonly Check[] = [
  property({
    rule: "database-encrypted",
    types: databases,
    path: ["storageEncrypted"],
    fits: isTrue,
    allowed: "true",
  }),
  property({
    rule: "database-private",
    types: ["aws:rds/clusterInstance:ClusterInstance", "aws:rds/instance:Instance"],
    path: ["publiclyAccessible"],
    fits: isNotTrue,
    allowed: "false",
  }),
  {
    rule: "database-tls",
    types: databases,
    scope: "resource",
    problems: ({ inputs }) =>
      parameterGroupNames.some((name) => inputs[name] !== undefined)
        ? []
        : [mustBe(["dbClusterParameterGroupName"], undefined, "set: a parameter group that holds rds.force_ssl = 1")],
  },
  {
    rule: "database-tls",
    types: parameterGroups,
    scope: "resource",
    problems: ({ inputs }) => {
      const isPostgres = String(inputs.family).includes("postgres")
      const parameters = inputs.parameters
      return !isPostgres || isHidden(parameters) || list(parameters).some(isRequiredTls)
        ? []
        : [mustBe(["parameters"], parameters, 'set with {name: "rds.force_ssl", value: "1"}')]
    },
  },
  property({
    rule: "database-backups",
    types: databases,
    path: ["backupRetentionPeriod"],
    fits: atLeast(backupDays),
    allowed: `${backupDays} days or more`,
    when: inProduction,
  }),
  property({
    rule: "database-deletion-protection",
    types: databases,
    path: ["deletionProtection"],
    fits: isTrue,
    allowed: "true",
    when: inProduction,
  }),
  property({
    rule: "database-final-snapshot",
    types: databases,
    path: ["skipFinalSnapshot"],
    fits: isNotTrue,
    allowed: "false, with a finalSnapshotIdentifier",
    when: inProduction,
  }),
  ...["transitEncryptionEnabled", "atRestEncryptionEnabled"].map((name) =>
    property({ rule: "cache-encrypted", types: caches, path: [name], fits: isTrue, allowed: "true" }),
  ),
  {
    rule: "cache-authenticated",
    types: caches,
    scope: "resource",
    problems: ({ inputs }) =>
      ["authToken", "authTokenWo", "userGroupIds"].some((name) => inputs[name] !== undefined)
        ? []
        : [mustBe(["authToken"], undefined, "set, or userGroupIds in its place")],
  },
  ...["automaticFailoverEnabled", "multiAzEnabled"].map((name) =>
    property({ rule: "cache-failover", types: caches, path: [name], fits: isTrue, allowed: "true" }),
  ),
  {
    rule: "cache-failover",
    types: caches,
    scope: "resource",
    problems: ({ inputs }) => {
      const nodes = inputs.numCacheClusters
      const isEnough = isHidden(nodes) || atLeast(2)(nodes) || atLeast(1)(inputs.replicasPerNodeGroup)
      return isEnough ? [] : [mustBe(["numCacheClusters"], nodes, "2 or more")]
    },
  },
  companion(
    "bucket-private",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    ({ inputs }) => blocks.every((name) => isHidden(inputs[name]) || inputs[name] === true),
    `no BucketPublicAccessBlock of it sets ${blocks.join(", ")}; add one`,
  ),
  companion(
    "bucket-lifecycle",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    ({ inputs }) => isHidden(inputs.rules) || list(inputs.rules).some(expires),
    "no BucketLifecycleConfiguration of it has an enabled rule that lets objects expire; add one",
  ),
  companion(
    "bucket-tls",
    "aws:s3/bucketPolicy:BucketPolicy",
    refusesPlain,
    "no BucketPolicy of it denies requests whose aws:SecureTransport is false; add one",
  ),
]
