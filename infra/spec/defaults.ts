import { EnvSchema } from "../../app/contract/env.ts"
import { scaleRoles, workloadRoles } from "../../app/contract/roles.ts"
import { service } from "../../app/contract/service.ts"
import { gatewayDefaults } from "./gateway.ts"
import type { Environment, ScalerSpec, ScalingSpec, SizeSpec, StackSpec } from "./stack-spec.ts"

/** What the app accepts as its pool; the schema's type does not tell, but its value does. */
export const poolRange = EnvSchema.properties.DATABASE_POOL_SIZE as typeof EnvSchema.properties.DATABASE_POOL_SIZE & {
  readonly minimum: number
  readonly maximum: number
  readonly default: number
}

/** The guide's size for the app: what it is promised, and twice that as the most it may take. */
const size: SizeSpec = {
  request: { cpu: "0.5 vCPU", memory: "1 GiB" },
  limit: { cpu: "1 vCPU", memory: "2 GiB" },
}

/** Kong needs little beside its workers' memory, and is given what it is promised. */
const gatewaySize: SizeSpec = {
  request: { cpu: "0.5 vCPU", memory: "1 GiB" },
  limit: { cpu: "0.5 vCPU", memory: "1 GiB" },
}

/** The smallest that both clouds which need one can run; it asks and sets a few times a minute. */
const scaler: ScalerSpec = { roles: scaleRoles, size: { cpu: "1 vCPU", memory: "1 GiB" }, pool: 2 }

/** The guide's rates: quick to grow, slow to shrink. */
const steps: Pick<ScalingSpec, "up" | "down"> = {
  up: { percentPerMinute: 50, after: "60 seconds" },
  down: { percentPerMinute: 10, after: "300 seconds" },
}

/** The stack as it stands when the config asks for nothing else. */
export function defaultSpec(environment: Environment): StackSpec {
  return {
    environment,
    logLevel: "INFO",
    workloads: {
      api: {
        roles: workloadRoles.api,
        replicas: { initial: 3, min: 2, max: 10 },
        size,
        scaling: { ...steps, signals: { cpuPercent: 70, memoryPercent: 80, requestsPerSecond: 100 } },
      },
      worker: {
        roles: workloadRoles.worker,
        replicas: { initial: 1, min: 1, max: 10 },
        size,
        scaling: { ...steps, signals: { queuedJobs: 10 } },
      },
    },
    gateway: gatewayDefaults,
    gatewaySize,
    scaler,
    image: { reference: undefined, platform: "linux/amd64" },
    database: {
      version: 17,
      name: service.name,
      pool: poolRange.default,
      capacity: { min: environment === "development" ? 0 : 2, max: 8 },
      pauseAfter: "300 seconds",
      pointInTime: "30 days",
      deletionProtection: environment === "production",
    },
    cache: { nodes: 2, memory: "256 MiB" },
    rollout: { gateTimeout: "120 seconds" },
    edge: { domain: undefined, minimumTls: "1.2", idleTimeout: `${service.requestTimeoutSeconds} seconds` },
    network: { cidr: "10.0.0.0/16", zones: 2 },
    backups: { keep: "30 days", nightly: false },
    logs: { keep: "30 days" },
    alerts: {
      email: undefined,
      availability: 0.999,
      latency: { share: 0.95, most: "2 seconds", after: "600 seconds" },
      queueAge: "600 seconds",
      unready: "120 seconds",
      certificateLeft: "14 days",
      exportAge: "26 hours",
    },
  }
}

/**
 * Connections that the database must grant: every process at its ceiling, the gate, a few for operators and, on a cloud
 * that runs one, the scaler with its lock.
 */
export function connectionsNeeded(pool: number, processes: number, scaler?: ScalerSpec): number {
  const gate = 1
  const operators = 10
  const lock = 1
  return pool * (processes + gate) + operators + (scaler === undefined ? 0 : scaler.pool + lock)
}
