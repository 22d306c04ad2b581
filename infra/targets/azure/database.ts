import * as dbforpostgresql from "@pulumi/azure-native/dbforpostgresql/index.js"
import * as pulumi from "@pulumi/pulumi"
import { randomSecret } from "../../random-secret.ts"
import type { DatabaseSpec } from "../../spec/stack-spec.ts"
import { databaseUrl } from "../../spec/store-urls.ts"
import type { DatabaseBinding } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { serverSize, storageGibibytes } from "./capacity.ts"
import { lock } from "./lock.ts"
import { type Logs, sendLogs } from "./logs.ts"
import type { Network } from "./network.ts"
import type { Place } from "./place.ts"
import { createPrivateZone } from "./private-zone.ts"
import { createSecret, type Vault } from "./vault.ts"

const day = 86_400

/** What a server must refuse, by the names of its settings; Azure's own defaults, which nobody may loosen unseen. */
export const serverSettings = { require_secure_transport: "ON", ssl_min_protocol_version: "TLSv1.2" } as const

export interface Database {
  readonly binding: DatabaseBinding
  readonly host: pulumi.Output<string>
  readonly passwordSecret: string
}

/** A server of its own in a subnet of its own; in production a standby in another zone takes over by itself. */
export function createDatabase(place: Place, spec: DatabaseSpec, network: Network, logs: Logs, vault: Vault): Database {
  const password = randomSecret("database-password", place.parent)
  const server = createServer(place, spec, network, password)
  const ready = createContents(place, spec, server)
  if (spec.deletionProtection) lock(place, "database", server.id)
  sendLogs(place, logs, "database", server.id, ["PostgreSQLLogs"])
  // A server without its database has an address and nothing to connect to, so the address waits for both.
  const url = pulumi
    .all([server.fullyQualifiedDomainName, password, ready.id])
    .apply(([host, secret]) => databaseUrl({ host, name: spec.name, password: secret }))
  createSecret(place, vault, "database-url", url)
  createSecret(place, vault, "database-password", password)
  return {
    // DigiCert and Microsoft sign its certificate, and Node has their roots:
    // https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-ssl-tls
    binding: { url: pulumi.secret(url), ca: pulumi.output(undefined) },
    host: server.fullyQualifiedDomainName,
    passwordSecret: place.name("vaultSecret", "database-password"),
  }
}

function createServer(
  place: Place,
  spec: DatabaseSpec,
  network: Network,
  administratorLoginPassword: pulumi.Output<string>,
): dbforpostgresql.Server {
  const { isProduction, zones, parent } = place
  // A server in a network takes only a zone with this ending: https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private#using-a-private-dns-zone
  const zone = createPrivateZone(
    place,
    network,
    "database",
    `${place.name("dnsLabel", "")}.private.postgres.database.azure.com`,
  )
  const { name, tier } = serverSize(spec.capacity, isProduction)
  const [primary, standby] = zones
  const several = isProduction && standby !== undefined
  return new dbforpostgresql.Server(
    "database",
    {
      ...place.base,
      serverName: place.name("database", "database"),
      version: String(spec.version),
      sku: { name, tier },
      storage: {
        storageSizeGB: isProduction ? storageGibibytes.production : storageGibibytes.elsewhere,
        autoGrow: "Enabled",
      },
      administratorLogin: spec.name,
      administratorLoginPassword,
      authConfig: { passwordAuth: "Enabled", activeDirectoryAuth: "Disabled" },
      network: {
        delegatedSubnetResourceId: network.subnets.database.id,
        privateDnsZoneArmResourceId: zone.id,
        publicNetworkAccess: "Disabled",
      },
      backup: { backupRetentionDays: seconds(spec.pointInTime) / day, geoRedundantBackup: "Disabled" },
      highAvailability: several ? { mode: "ZoneRedundant", standbyAvailabilityZone: standby } : { mode: "Disabled" },
      ...(primary === undefined ? {} : { availabilityZone: primary }),
    },
    {
      parent,
      dependsOn: [zone.link],
      // After a failover the two have changed places.
      ignoreChanges: ["availabilityZone", "highAvailability.standbyAvailabilityZone"],
    },
  )
}

/** The database and the settings, one by one: a server that is busy refuses the next change. */
function createContents(place: Place, spec: DatabaseSpec, server: dbforpostgresql.Server): pulumi.CustomResource {
  const of = { resourceGroupName: place.group, serverName: server.name }
  const database = new dbforpostgresql.Database(
    "database-contents",
    { ...of, databaseName: spec.name, charset: "UTF8", collation: "en_US.utf8" },
    { parent: place.parent },
  )
  let last: pulumi.CustomResource = database
  for (const [name, value] of Object.entries(serverSettings)) {
    last = new dbforpostgresql.Configuration(
      `database-${name.replaceAll("_", "-")}`,
      { ...of, configurationName: name, value, source: "user-override" },
      { parent: place.parent, dependsOn: [last] },
    )
  }
  return last
}
