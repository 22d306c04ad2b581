import * as azure from "@pulumi/azure-native/network/index.js"
import * as redisenterprise from "@pulumi/azure-native/redisenterprise/index.js"
import * as pulumi from "@pulumi/pulumi"
import type { CacheSpec } from "../../spec/stack-spec.ts"
import { cacheUrl } from "../../spec/store-urls.ts"
import type { CacheBinding } from "../../spec/target.ts"
import { cacheAvailability, cacheSku } from "./capacity.ts"
import type { Network } from "./network.ts"
import type { Place } from "./place.ts"
import { cachePort } from "./ports.ts"
import { createPrivateZone } from "./private-zone.ts"
import { createSecret, type Vault } from "./vault.ts"

export interface Cache {
  readonly binding: CacheBinding
  readonly host: pulumi.Output<string>
}

/** Azure Managed Redis: https://learn.microsoft.com/azure/redis/overview */
export function createCache(place: Place, spec: CacheSpec, network: Network, vault: Vault): Cache {
  const { parent } = place
  const cluster = new redisenterprise.RedisEnterprise(
    "cache",
    {
      ...place.base,
      clusterName: place.name("cache", "cache"),
      sku: { name: cacheSku(spec) },
      highAvailability: cacheAvailability(spec),
      minimumTlsVersion: "1.2",
      publicNetworkAccess: "Disabled",
    },
    { parent },
  )
  const database = createDatabase(place, cluster)
  const reachable = createEndpoint(place, cluster, network)
  const asked = { clusterName: cluster.name, databaseName: database.name, resourceGroupName: place.group }
  const { primaryKey } = redisenterprise.listDatabaseKeysOutput(asked, { parent: database })
  // Its name means nothing in the network before the endpoint has put it into the zone.
  const url = pulumi
    .all([cluster.hostName, pulumi.secret(primaryKey), reachable.id])
    .apply(([host, key]) => cacheUrl({ host, password: encodeURIComponent(key), port: cachePort }))
  createSecret(place, vault, "cache-url", url)
  // DigiCert and Microsoft sign its certificate, and every trust store has them.
  return { binding: { url: pulumi.secret(url), ca: pulumi.output(undefined) }, host: cluster.hostName }
}

/** One piece, since Kong knows no cluster; and keys, since it knows no token of Azure's directory. */
function createDatabase(place: Place, cluster: redisenterprise.RedisEnterprise): redisenterprise.Database {
  return new redisenterprise.Database(
    "cache-database",
    {
      resourceGroupName: place.group,
      clusterName: cluster.name,
      databaseName: "default",
      port: cachePort,
      clientProtocol: "Encrypted",
      clusteringPolicy: "NoCluster",
      // A full cache forgets what was used least; it never refuses a write.
      evictionPolicy: "AllKeysLRU",
      accessKeysAuthentication: "Enabled",
    },
    { parent: place.parent },
  )
}

/** https://learn.microsoft.com/azure/redis/private-link */
function createEndpoint(
  place: Place,
  cluster: redisenterprise.RedisEnterprise,
  network: Network,
): azure.PrivateDnsZoneGroup {
  const { parent } = place
  const zone = createPrivateZone(place, network, "cache", "privatelink.redis.azure.net")
  const endpoint = new azure.PrivateEndpoint(
    "cache-endpoint",
    {
      ...place.base,
      privateEndpointName: place.name("privateEndpoint", "cache"),
      subnet: { id: network.subnets.endpoints.id },
      privateLinkServiceConnections: [
        { name: "cache", privateLinkServiceId: cluster.id, groupIds: ["redisEnterprise"] },
      ],
    },
    { parent },
  )
  return new azure.PrivateDnsZoneGroup(
    "cache-endpoint-names",
    {
      resourceGroupName: place.group,
      privateEndpointName: endpoint.name,
      privateDnsZoneGroupName: "default",
      privateDnsZoneConfigs: [{ name: "cache", privateDnsZoneId: zone.id }],
    },
    { parent, dependsOn: [zone.link] },
  )
}
