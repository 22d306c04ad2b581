import type { CacheSpec, DatabaseSpec } from "../../spec/stack-spec.ts"
import { bytes } from "../../spec/units.ts"

export interface ServerSize {
  readonly name: string
  readonly tier: "Burstable" | "GeneralPurpose"
  /** GiB. */
  readonly memory: number
  /** What Azure leaves for clients. */
  readonly connections: number
}

const size = (tier: ServerSize["tier"], name: string, memory: number, connections: number): ServerSize => ({
  tier,
  name: `Standard_${name}`,
  memory,
  connections,
})

/**
 * Sizes of a server, ascending by memory, each with the most connections that users may have:
 * https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-limits#maximum-connections
 */
const serverSizes: readonly ServerSize[] = [
  size("Burstable", "B1ms", 2, 35),
  size("Burstable", "B2s", 4, 414),
  size("Burstable", "B2ms", 8, 844),
  size("GeneralPurpose", "D2ds_v5", 8, 844),
  size("Burstable", "B4ms", 16, 1703),
  size("GeneralPurpose", "D4ds_v5", 16, 1703),
  size("Burstable", "B8ms", 32, 3422),
  size("GeneralPurpose", "D8ds_v5", 32, 3422),
  size("Burstable", "B16ms", 64, 4985),
  size("GeneralPurpose", "D16ds_v5", 64, 4985),
  size("GeneralPurpose", "D32ds_v5", 128, 4985),
  size("GeneralPurpose", "D64ds_v5", 256, 4985),
]

/** A capacity unit, in GiB. */
const unit = 2

/**
 * The smallest server with the memory of the most capacity that is asked for. A burstable one is cheaper, slows down once
 * its credits are spent, and has no standby, so production has none:
 * https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-compute
 * Throws a RangeError where none is large enough.
 */
export function serverSize({ max }: DatabaseSpec["capacity"], isProduction: boolean): ServerSize {
  const fit = serverSizes.find(({ tier, memory }) => memory >= max * unit && !(isProduction && tier === "Burstable"))
  if (fit === undefined) throw new RangeError(`No server has the memory of ${max} units, ${max * unit} GiB`)
  return fit
}

/** Storage that a server begins with, in GiB; it grows by itself, and never shrinks. */
export const storageGibibytes = { production: 128, elsewhere: 32 } as const

/** How many days a server can be taken back: https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-backup-restore */
export const backupDays = { least: 7, most: 35 } as const

/**
 * Sizes of Azure Managed Redis, in GB, ascending: https://learn.microsoft.com/azure/redis/overview#choosing-the-right-tier
 * One that is not divided over a cluster has no more: https://learn.microsoft.com/azure/redis/architecture#cluster-policies
 */
const cacheSizes = [
  ["Balanced_B0", 0.5],
  ["Balanced_B1", 1],
  ["Balanced_B3", 3],
  ["Balanced_B5", 6],
  ["Balanced_B10", 12],
  ["Balanced_B20", 24],
] as const

/** Azure keeps this share for itself: https://learn.microsoft.com/azure/redis/architecture */
const reserved = 0.2

/** The smallest cache that has the memory free for data. Throws a RangeError where none has. */
export function cacheSku({ memory }: Pick<CacheSpec, "memory">): string {
  const needed = bytes(memory) / 2 ** 30
  const fit = cacheSizes.find(([, gigabytes]) => gigabytes * (1 - reserved) >= needed)
  if (fit === undefined) {
    const [, most] = cacheSizes[cacheSizes.length - 1] ?? ["", 0]
    throw new RangeError(
      `No cache that is one piece has ${memory} free for data; the largest has ${most * (1 - reserved)} GiB`,
    )
  }
  return fit[0]
}

/** Whether there is a second node that takes over by itself. Throws a RangeError for more than Azure has. */
export function cacheAvailability({ nodes }: Pick<CacheSpec, "nodes">): "Enabled" | "Disabled" {
  if (nodes !== 1 && nodes !== 2) throw new RangeError(`Azure Managed Redis has 1 or 2 nodes, not ${nodes}`)
  return nodes === 2 ? "Enabled" : "Disabled"
}
