import * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import { randomSecret } from "../../random-secret.ts"
import { standardPorts } from "../../spec/ports.ts"
import type { CacheSpec } from "../../spec/stack-spec.ts"
import { cacheUrl } from "../../spec/store-urls.ts"
import type { CacheBinding } from "../../spec/target.ts"
import { cacheNodeType } from "./capacity.ts"
import type { Network } from "./network.ts"
import type { Scope } from "./scope.ts"
import type { SecurityGroups } from "./security.ts"

/**
 * Speaks Redis's protocol: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html, and the family
 * of its parameters: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
 */
const engine = { name: "valkey", version: "8.2", family: "valkey8" } as const

export interface Cache {
  readonly binding: CacheBinding
  readonly endpoint: pulumi.Output<string>
}

export function createCache(scope: Scope, spec: CacheSpec, network: Network, groups: SecurityGroups): Cache {
  const token = randomSecret("cache-token", scope.parent)
  const group = createReplicationGroup(scope, spec, network, groups, token)
  const endpoint = group.primaryEndpointAddress
  const url = pulumi.all([endpoint, token]).apply(([host, password]) => cacheUrl({ host, password }))
  // Amazon Trust Services sign its certificate, and every trust store has them.
  return { binding: { url: pulumi.secret(url), ca: pulumi.output(undefined) }, endpoint }
}

function createReplicationGroup(
  scope: Scope,
  spec: CacheSpec,
  network: Network,
  groups: SecurityGroups,
  authToken: pulumi.Output<string>,
): aws.elasticache.ReplicationGroup {
  const { parent } = scope
  const name = scope.name("cacheGroup", "cache")
  const subnetGroup = new aws.elasticache.SubnetGroup(
    "cache-subnets",
    { name, subnetIds: network.dataSubnets.map(({ id }) => id), tags: scope.tags("cache-subnets") },
    { parent },
  )
  const parameters = new aws.elasticache.ParameterGroup(
    "cache-parameters",
    {
      name,
      family: engine.family,
      // A full cache forgets what was used least; it never refuses a write.
      parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }],
      tags: scope.tags("cache-parameters"),
    },
    { parent },
  )
  const several = spec.nodes > 1
  return new aws.elasticache.ReplicationGroup(
    "cache",
    {
      replicationGroupId: scope.name("cache", "cache"),
      description: "Result cache and rate counters",
      engine: engine.name,
      engineVersion: engine.version,
      nodeType: cacheNodeType(spec),
      numCacheClusters: spec.nodes,
      automaticFailoverEnabled: several,
      multiAzEnabled: several,
      port: standardPorts.redis,
      subnetGroupName: subnetGroup.name,
      securityGroupIds: [groups.cache.id],
      parameterGroupName: parameters.name,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      atRestEncryptionEnabled: true,
      authToken,
      // What is in it can be computed again.
      snapshotRetentionLimit: 0,
      applyImmediately: true,
      tags: scope.tags("cache"),
    },
    { parent },
  )
}
