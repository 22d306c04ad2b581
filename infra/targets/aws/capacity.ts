import type { CacheSpec, DatabaseSpec } from "../../spec/stack-spec.ts"
import { bytes } from "../../spec/units.ts"

/**
 * Aurora's default of max_connections by the most capacity units, which it keeps while the capacity moves below them:
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html#aurora-serverless-v2.max-connections
 */
const connections = [
  [1, 189],
  [4, 823],
  [8, 1669],
  [16, 3360],
  [32, 5000],
] as const

/** With a minimum of 0 or 0.5 units it grants no more: a note to the same table. */
const smallMinimum = { units: 0.5, connections: 2000 } as const

/** Connections that Aurora grants; between two sizes of its table a straight line, rounded down. */
export function maxConnections({ min, max }: DatabaseSpec["capacity"]): number {
  const above = connections.findIndex(([units]) => units >= max)
  const [units, granted] = connections.at(above) ?? [max, 0]
  const [unitsBelow, grantedBelow] = connections[above - 1] ?? [0, 0]
  const share = above < 0 ? 1 : (max - unitsBelow) / (units - unitsBelow)
  const most = Math.floor(above < 0 ? granted : grantedBelow + share * (granted - grantedBelow))
  return min <= smallMinimum.units ? Math.min(most, smallMinimum.connections) : most
}

/**
 * Memory of the node types, in GiB, ascending; the page has it in MiB:
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html (node-type specific parameters)
 */
const nodeTypes = [
  ["cache.t4g.micro", 0.5],
  ["cache.t4g.small", 1.37],
  ["cache.t4g.medium", 3.09],
  ["cache.r7g.large", 13.07],
  ["cache.r7g.xlarge", 26.32],
  ["cache.r7g.2xlarge", 52.82],
  ["cache.r7g.4xlarge", 105.81],
] as const

/** ElastiCache keeps this share for itself: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-memory-management.html */
const reserved = 0.25

/** The smallest node that has the memory free for data. Throws a RangeError where none has. */
export function cacheNodeType({ memory }: CacheSpec): string {
  const needed = bytes(memory) / 2 ** 30
  const fit = nodeTypes.find(([, gibibytes]) => gibibytes * (1 - reserved) >= needed)
  if (fit === undefined) throw new RangeError(`No cache node has ${memory} free for data`)
  return fit[0]
}

/**
 * The range in which Aurora can wait before it pauses, in seconds; every version of PostgreSQL 17 can:
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ServerlessV2ScalingConfiguration.html
 */
export const pauseSeconds = { least: 300, most: 86_400 } as const

/**
 * How many days Aurora keeps for point-in-time recovery (BackupRetentionPeriod):
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
 */
export const retentionDays = { least: 1, most: 35 } as const
