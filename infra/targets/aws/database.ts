import * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import { randomSecret } from "../../random-secret.ts"
import { standardPorts } from "../../spec/ports.ts"
import type { DatabaseSpec } from "../../spec/stack-spec.ts"
import { databaseUrl } from "../../spec/store-urls.ts"
import type { DatabaseBinding } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { createLogGroup } from "./logs.ts"
import type { Network } from "./network.ts"
import type { Scope } from "./scope.ts"
import { createSecret } from "./secrets.ts"
import type { SecurityGroups } from "./security.ts"
import { authoritiesOf } from "./trust.ts"

/**
 * The minor version of each major one that the stack starts with: the one of long-term support, which can be created for
 * as long as the major one, where others go after a year and a half. Aurora raises it in the maintenance window.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html
 */
const engineVersions: Readonly<Record<number, string>> = { 17: "17.7" }

/**
 * The authority that signs the servers' certificates; it is among those of `authoritiesOf`.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html
 */
const authority = "rds-ca-rsa2048-g1"

const engine = "aurora-postgresql"
const day = 86_400

export interface Database {
  readonly binding: DatabaseBinding
  readonly endpoint: pulumi.Output<string>
  readonly passwordSecret: pulumi.Output<string>
}

/** Aurora PostgreSQL Serverless v2; in production a second instance in another zone takes over by itself. */
export function createDatabase(scope: Scope, spec: DatabaseSpec, network: Network, groups: SecurityGroups): Database {
  const password = randomSecret("database-password", scope.parent)
  const cluster = createCluster(scope, spec, network, groups, password)
  const instances = Array.from({ length: scope.isProduction ? scope.context.spec.network.zones : 1 }, (_, index) =>
    createInstance(scope, cluster, index),
  )
  // A cluster without an instance has an address and no server, so the address waits for both.
  const url = pulumi.all([cluster.endpoint, password, instances.map(({ id }) => id)]).apply(([host, secret]) => {
    return databaseUrl({ host, name: spec.name, password: secret })
  })
  return {
    binding: { url: pulumi.secret(url), ca: pulumi.output(authoritiesOf(scope.values)) },
    endpoint: cluster.endpoint,
    passwordSecret: createSecret(scope, "database-password", password).name,
  }
}

function createCluster(
  scope: Scope,
  spec: DatabaseSpec,
  network: Network,
  groups: SecurityGroups,
  password: pulumi.Output<string>,
): aws.rds.Cluster {
  const { parent } = scope
  const identifier = scope.name("database", "database")
  const subnetGroup = new aws.rds.SubnetGroup(
    "database-subnets",
    {
      name: scope.name("databaseGroup", "database"),
      subnetIds: network.dataSubnets.map(({ id }) => id),
      tags: scope.tags("database-subnets"),
    },
    { parent },
  )
  const parameters = new aws.rds.ClusterParameterGroup(
    "database-parameters",
    {
      name: scope.name("databaseGroup", `database-${spec.version}`),
      family: `${engine}${spec.version}`,
      parameters: [{ name: "rds.force_ssl", value: "1" }],
      tags: scope.tags("database-parameters"),
    },
    { parent },
  )
  const logs = createLogGroup(scope, "database-logs", `/aws/rds/cluster/${identifier}/postgresql`)
  return new aws.rds.Cluster(
    "database",
    {
      clusterIdentifier: identifier,
      engine,
      engineMode: "provisioned",
      engineVersion: engineVersionOf(spec),
      databaseName: spec.name,
      masterUsername: spec.name,
      masterPassword: password,
      port: standardPorts.postgres,
      serverlessv2ScalingConfiguration: scalingOf(spec),
      dbSubnetGroupName: subnetGroup.name,
      vpcSecurityGroupIds: [groups.database.id],
      dbClusterParameterGroupName: parameters.name,
      storageEncrypted: true,
      backupRetentionPeriod: seconds(spec.pointInTime) / day,
      copyTagsToSnapshot: true,
      deletionProtection: spec.deletionProtection,
      // A name is taken for ever: after a deletion, raise atlas:generation.
      finalSnapshotIdentifier: scope.name("database", "final"),
      skipFinalSnapshot: !scope.isProduction,
      enabledCloudwatchLogsExports: ["postgresql"],
      // What an update shows is then so, and not in the maintenance window that comes.
      applyImmediately: true,
      tags: scope.tags("database"),
    },
    // Aurora raises the minor version by itself, and going back is refused; a new major one is a move of its own.
    { parent, dependsOn: [logs], ignoreChanges: ["engineVersion"] },
  )
}

/** Aurora's version for the major one that is asked for. */
export function engineVersionOf({ version }: Pick<DatabaseSpec, "version">): string {
  const found = engineVersions[version]
  if (found === undefined) {
    throw new RangeError(`PostgreSQL ${version} has no Aurora version here: ${Object.keys(engineVersions).join(", ")}`)
  }
  return found
}

/** It can pause only where its minimum is nothing. */
export function scalingOf({ capacity, pauseAfter }: Pick<DatabaseSpec, "capacity" | "pauseAfter">) {
  return {
    minCapacity: capacity.min,
    maxCapacity: capacity.max,
    ...(capacity.min === 0 ? { secondsUntilAutoPause: seconds(pauseAfter) } : {}),
  }
}

function createInstance(scope: Scope, cluster: aws.rds.Cluster, index: number): aws.rds.ClusterInstance {
  const part = `database-${index}`
  return new aws.rds.ClusterInstance(
    part,
    {
      identifier: scope.name("database", part),
      clusterIdentifier: cluster.id,
      instanceClass: "db.serverless",
      engine,
      publiclyAccessible: false,
      caCertIdentifier: authority,
      autoMinorVersionUpgrade: true,
      copyTagsToSnapshot: true,
      tags: scope.tags(part),
    },
    { parent: scope.parent },
  )
}
