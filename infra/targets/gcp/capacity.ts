import { connectionsNeeded } from "../../spec/defaults.ts"
import type { CacheSpec, DatabaseSpec, StackSpec } from "../../spec/stack-spec.ts"
import { bytes } from "../../spec/units.ts"

/** A machine of Cloud SQL: its size is fixed, so it lies between the least and the most that the spec asks for. */
export interface Machine {
  readonly edition: "ENTERPRISE" | "ENTERPRISE_PLUS"
  readonly tier: string
  /** GiB */
  readonly memory: number
  /** That Cloud SQL grants by default. */
  readonly connections: number
}

/** The spec's unit, about 2 GiB. */
const unitMemory = 2

/** Days that each edition keeps the log of transactions: https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr */
export const retentionDays = { ENTERPRISE_PLUS: 35, ENTERPRISE: 7 } as const

/**
 * vCPUs and GiB of the performance-optimized machines, which ENTERPRISE_PLUS alone has, ascending:
 * https://cloud.google.com/sql/docs/postgres/machine-series-overview
 */
const optimized = [
  [2, 16],
  [4, 32],
  [8, 64],
  [16, 128],
  [32, 256],
  [48, 384],
] as const

/** GiB at which ENTERPRISE's machines of free size grant more connections; the least that they have. */
const customSizes = [3.75, 6, 7.5, 15, 30, 60, 120]
/** GiB that one vCPU may have at most; there is one, or an even number: https://cloud.google.com/sql/docs/postgres/instance-settings */
const memoryPerCpu = 6.5

/** The default of max_connections from a memory in GiB on: https://cloud.google.com/sql/docs/postgres/flags#postgres-m */
const connections = [
  [120, 1000],
  [60, 800],
  [30, 600],
  [15, 500],
  [7.5, 400],
  [6, 200],
  [3.75, 100],
] as const

export const connectionsAt = (memory: number): number => connections.find(([from]) => memory >= from)?.[1] ?? 0

/**
 * In production the machine that has the memory of the most units. Elsewhere the smallest that has the memory of the
 * least units and grants the connections that the processes need, but none above the most.
 */
export function machineOf({ environment, database, ...spec }: StackSpec): Machine {
  const [least, most] = [database.capacity.min * unitMemory, database.capacity.max * unitMemory]
  if (environment === "production") return optimizedMachine(most)
  const needed = connectionsOf({ environment, database, ...spec })
  const fits = customSizes.filter((memory) => memory >= least && memory <= Math.max(most, customSizes[0] ?? most))
  const memory = fits.find((size) => connectionsAt(size) >= needed) ?? fits.at(-1) ?? most
  const cpus = cpusFor(memory)
  return {
    edition: "ENTERPRISE",
    tier: `db-custom-${cpus}-${memory * 1024}`,
    memory,
    connections: connectionsAt(memory),
  }
}

function optimizedMachine(most: number): Machine {
  const found = optimized.find(([, memory]) => memory >= most)
  if (found === undefined) throw new RangeError(`No machine of Cloud SQL has ${most} GiB`)
  const [cpus, memory] = found
  const tier = `db-perf-optimized-N-${cpus}`
  return { edition: "ENTERPRISE_PLUS", tier, memory, connections: connectionsAt(memory) }
}

function cpusFor(memory: number): number {
  const cpus = Math.ceil(memory / memoryPerCpu)
  return cpus === 1 ? 1 : cpus + (cpus % 2)
}

/** Processes of both workloads at their ceilings. */
export const processesOf = ({ workloads }: Pick<StackSpec, "workloads">): number =>
  workloads.api.replicas.max + workloads.worker.replicas.max

/** Connections that all processes take at most, the scaler's among them. */
export const connectionsOf = (spec: StackSpec): number =>
  connectionsNeeded(spec.database.pool, processesOf(spec), spec.scaler)

/** The version of Cloud SQL for the major one that is asked for: https://cloud.google.com/sql/docs/postgres/db-versions */
export function databaseVersion({ version }: Pick<DatabaseSpec, "version">): string {
  if (!Number.isInteger(version) || version < 14 || version > 18) {
    throw new RangeError(`PostgreSQL ${version} has no version on Cloud SQL here: 14 to 18`)
  }
  return `POSTGRES_${version}`
}

export interface CacheSize {
  readonly tier: "BASIC" | "STANDARD_HA"
  readonly memorySizeGb: number
  readonly replicaCount: number
  readonly readReplicasMode: "READ_REPLICAS_DISABLED" | "READ_REPLICAS_ENABLED"
}

/** What Memorystore can have: https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances */
const cacheLimits = { nodes: 6, gibibytes: 300, gibibytesOfReplicas: 5 } as const

/**
 * Whole GiB; more than one replica come only with reading from them, from 5 GiB on. Throws a RangeError for a cache that
 * Memorystore does not have.
 */
export function cacheSize({ nodes, memory }: CacheSpec): CacheSize {
  const several = nodes > 2
  const memorySizeGb = Math.max(Math.ceil(bytes(memory) / 2 ** 30), several ? cacheLimits.gibibytesOfReplicas : 1)
  if (nodes < 1 || nodes > cacheLimits.nodes || memorySizeGb > cacheLimits.gibibytes) {
    throw new RangeError(
      `Memorystore has no cache of ${nodes} nodes with ${memory}: 1 to ${cacheLimits.nodes} nodes, at most ${cacheLimits.gibibytes} GiB`,
    )
  }
  return {
    tier: nodes === 1 ? "BASIC" : "STANDARD_HA",
    memorySizeGb,
    replicaCount: nodes - 1,
    readReplicasMode: several ? "READ_REPLICAS_ENABLED" : "READ_REPLICAS_DISABLED",
  }
}
