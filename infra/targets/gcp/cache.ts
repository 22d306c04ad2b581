import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import type { CacheSpec } from "../../spec/stack-spec.ts"
import { cacheUrl } from "../../spec/store-urls.ts"
import type { CacheBinding } from "../../spec/target.ts"
import { cacheSize } from "./capacity.ts"
import type { Network } from "./network.ts"
import type { Scope } from "./scope.ts"
import type { Vault } from "./secrets.ts"

/** The newest that Memorystore has: https://cloud.google.com/memorystore/docs/redis/supported-versions */
const version = "REDIS_7_2"

export interface Cache {
  readonly binding: CacheBinding
  readonly endpoint: pulumi.Output<string>
}

/**
 * Memorystore for Redis: its Valkey knows no password, and Kong no token of IAM. The server has an address and no name.
 * Each instance has an authority of its own, which signs for it alone.
 */
export function createCache(scope: Scope, spec: CacheSpec, network: Network, vault: Vault): Cache {
  const instance = new gcp.redis.Instance(
    "cache",
    {
      name: scope.name("cache", "cache"),
      region: scope.region,
      displayName: "Result cache and rate counters",
      redisVersion: version,
      ...cacheSize(spec),
      authorizedNetwork: network.network.id,
      connectMode: "PRIVATE_SERVICE_ACCESS",
      reservedIpRange: network.dataRange.name,
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      // A full cache forgets what was used least; it never refuses a write.
      redisConfigs: { "maxmemory-policy": "allkeys-lru" },
      // What is in it can be computed again.
      persistenceConfig: { persistenceMode: "DISABLED" },
      deletionProtection: false,
      labels: scope.labels,
    },
    scope.inside(network.peering),
  )
  const { host, port, authString, serverCaCerts } = instance
  const url = pulumi.secret(
    pulumi.all([host, port, authString]).apply(([host, port, password]) => cacheUrl({ host, port, password })),
  )
  vault.keep("redis-url", url)
  const ca = serverCaCerts.apply((certificates) => certificates.map(({ cert }) => `${cert.trim()}\n`).join(""))
  return { binding: { url, ca }, endpoint: pulumi.interpolate`${host}:${port}` }
}
