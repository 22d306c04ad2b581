import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import { randomSecret } from "../../random-secret.ts"
import type { DatabaseSpec } from "../../spec/stack-spec.ts"
import { databaseUrl } from "../../spec/store-urls.ts"
import type { DatabaseBinding } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { databaseVersion, type Machine, machineOf, retentionDays } from "./capacity.ts"
import { createPrivateZone } from "./google.ts"
import type { Network } from "./network.ts"
import type { Scope } from "./scope.ts"
import type { StoredSecret, Vault } from "./secrets.ts"

const day = 86_400
/** The address of an instance never changes. */
const ttl = 300
/** How long the last backup of a deleted production database is kept. */
const finalBackupDays = 30

export interface Database {
  readonly binding: DatabaseBinding
  readonly instance: gcp.sql.DatabaseInstance
  readonly passwordSecret: StoredSecret
  /** The name by which the server is found and proven: who connects comes after it. */
  readonly record: pulumi.Resource
}

/** Cloud SQL for PostgreSQL; in production a standby in another zone takes over by itself. */
export function createDatabase(scope: Scope, spec: DatabaseSpec, network: Network, vault: Vault): Database {
  const instance = createInstance(scope, spec, network)
  const password = randomSecret("database-password", scope.parent)
  // Neither can be dropped while there are tables or sessions, and both go with the instance.
  const abandoned = { instance: instance.name, deletionPolicy: "ABANDON" }
  const user = new gcp.sql.User("database-user", { name: spec.name, password, ...abandoned }, scope.inside())
  const database = new gcp.sql.Database("database-schema", { name: spec.name, ...abandoned }, scope.inside(user))

  const name = instance.dnsNames.apply(privateName)
  const record = createName(scope, network, instance, name)
  const url = pulumi.secret(
    pulumi
      .all([name, password, user.id, database.id])
      .apply(([host, secret]) => databaseUrl({ host, name: spec.name, password: secret })),
  )
  vault.keep("database-url", url)
  return {
    // The provider takes the certificates of authorities for secrets; they are what everybody may know.
    binding: { url, ca: pulumi.unsecret(instance.serverCaCerts).apply(authoritiesOf) },
    instance,
    passwordSecret: vault.keep("database-password", password),
    record,
  }
}

function createInstance(scope: Scope, spec: DatabaseSpec, network: Network): gcp.sql.DatabaseInstance {
  const machine = machineOf({ ...scope.context.spec, database: spec })
  const days = pointInTimeDays(spec, machine)
  return new gcp.sql.DatabaseInstance(
    "database",
    {
      // A name is taken for a week after a deletion: raise atlas:generation.
      name: scope.name("database", "database"),
      region: scope.region,
      databaseVersion: databaseVersion(spec),
      // Both: the provider's own, and the one that holds whoever asks.
      deletionProtection: spec.deletionProtection,
      settings: {
        tier: machine.tier,
        edition: machine.edition,
        availabilityType: scope.isProduction ? "REGIONAL" : "ZONAL",
        diskType: "PD_SSD",
        diskAutoresize: true,
        deletionProtectionEnabled: spec.deletionProtection,
        ipConfiguration: {
          ipv4Enabled: false,
          privateNetwork: network.network.id,
          allocatedIpRange: network.dataRange.name,
          sslMode: "ENCRYPTED_ONLY",
          // Its certificates name the server; those of the instance's own authority name only the instance.
          serverCaMode: "GOOGLE_MANAGED_CAS_CA",
        },
        backupConfiguration: {
          enabled: true,
          pointInTimeRecoveryEnabled: true,
          transactionLogRetentionDays: days,
          // One a day, so the oldest is as old as the log is long.
          backupRetentionSettings: { retainedBackups: days, retentionUnit: "COUNT" },
        },
        ...(scope.isProduction ? { finalBackupConfig: { enabled: true, retentionDays: finalBackupDays } } : {}),
        insightsConfig: { queryInsightsEnabled: true },
        userLabels: scope.labels,
      },
    },
    scope.inside(network.peering),
  )
}

/** As long as the spec asks, where the edition keeps the log for so long: the limit says what it does not. */
export const pointInTimeDays = ({ pointInTime }: Pick<DatabaseSpec, "pointInTime">, { edition }: Machine): number =>
  edition === "ENTERPRISE_PLUS"
    ? seconds(pointInTime) / day
    : Math.min(seconds(pointInTime) / day, retentionDays[edition])

interface DnsName {
  readonly connectionType: string
  readonly dnsScope: string
  readonly name: string
}

/**
 * A name that the server's certificate has, without the dot at its end: the one for connections from the stack's network,
 * else any of the instance's own. Google's connector verifies by whichever comes first
 * (https://github.com/GoogleCloudPlatform/cloud-sql-go-connector/blob/main/internal/cloudsql/refresh.go); what it is for:
 * https://cloud.google.com/sql/docs/postgres/authorize-ssl
 */
export function privateName(names: readonly DnsName[]): string {
  const own = names.filter(({ dnsScope }) => dnsScope === "INSTANCE")
  const found = own.find(({ connectionType }) => connectionType === "PRIVATE_SERVICES_ACCESS") ?? own[0]
  if (found === undefined) {
    const given = names.map(({ connectionType, dnsScope, name }) => `${name} (${connectionType}, ${dnsScope})`)
    throw new pulumi.RunError(
      `The database has no name of its own, so its certificate cannot be checked; it has ${given.join(", ") || "none"}`,
    )
  }
  return found.name.replace(/\.$/, "")
}

/** A shared authority comes as its whole chain in one text; the same connector reads it so. */
const authoritiesOf = (certificates: readonly { readonly cert: string }[]): string =>
  certificates.map(({ cert }) => `${cert.trim()}\n`).join("")

/** Cloud SQL makes the name and no record of it: that is the network's to have. */
function createName(
  scope: Scope,
  network: Network,
  instance: gcp.sql.DatabaseInstance,
  name: pulumi.Output<string>,
): pulumi.Resource {
  const dnsName = pulumi.interpolate`${name}.`
  const zone = createPrivateZone(scope, network.network, "database", dnsName)
  return new gcp.dns.RecordSet(
    "database-address",
    { managedZone: zone.name, name: dnsName, type: "A", ttl, rrdatas: [instance.privateIpAddress] },
    scope.inside(),
  )
}
