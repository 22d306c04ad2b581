import type { Env } from "../../app/contract/env.ts"
import type { Role, WorkloadName } from "../../app/contract/roles.ts"
import type { GatewaySpec } from "./gateway.ts"
import type { Cpu, Duration, Memory } from "./units.ts"

/**
 * The neutral language: how much of everything a stack has, in no cloud's words. What the app demands of whatever runs
 * it (port, probes, user, timeout, body limit, concurrency) stands in app/contract and is not said again here.
 */

/** What a target must carry; a target's limits name the ones that it cannot. */
export const facets = [
  "image",
  "user and filesystem",
  "port",
  "liveness",
  "readiness",
  "size",
  "replicas",
  "scaling",
  "concurrency",
  "timeout",
  "body",
  "rollout",
  "gateway",
  "bursts",
  "edge",
  "database",
  "cache",
  "secrets",
  "identity",
  "network",
  "backups",
  "observability",
  "dashboards",
  "alerts",
] as const

export type Facet = (typeof facets)[number]

export type Environment = Env["ENVIRONMENT"]
export type LogLevel = Env["LOG_LEVEL"]

export interface StackSpec {
  readonly environment: Environment
  readonly logLevel: LogLevel
  readonly workloads: Readonly<Record<WorkloadName, WorkloadSpec>>
  /** Policy of the gateway, which travels with the workload `api`: both are one replica. */
  readonly gateway: GatewaySpec
  /** What the gateway's own container is promised and may take. */
  readonly gatewaySize: SizeSpec
  /** Of the process that sets counts, on a cloud that needs one. */
  readonly scaler: ScalerSpec
  readonly image: ImageSpec
  readonly database: DatabaseSpec
  readonly cache: CacheSpec
  readonly rollout: RolloutSpec
  readonly edge: EdgeSpec
  readonly network: NetworkSpec
  readonly backups: BackupSpec
  readonly logs: LogSpec
  readonly alerts: AlertSpec
}

export interface ImageSpec {
  /** An image by digest; without one the image is built from app/ and pushed to the stack's own registry. */
  readonly reference: string | undefined
  readonly platform: "linux/amd64"
}

export interface WorkloadSpec {
  readonly roles: readonly Role[]
  readonly replicas: ReplicaSpec
  readonly size: SizeSpec
  readonly scaling: ScalingSpec
}

export interface ScalerSpec {
  readonly roles: readonly Role[]
  readonly size: Size
  /** Connections that its pool keeps at most; the lock that makes it the only one has one beside them (app/data/lock.ts). */
  readonly pool: number
}

/** `initial` is how many a first deploy starts; from then on the scaler moves between `min` and `max`. */
export interface ReplicaSpec {
  readonly initial: number
  readonly min: number
  readonly max: number
}

/** What one process is promised, and what it may take at most. */
export interface SizeSpec {
  readonly request: Size
  readonly limit: Size
}

export interface Size {
  readonly cpu: Cpu
  readonly memory: Memory
}

export interface ScalingSpec {
  readonly signals: ScalingSignals
  readonly up: ScalingStep
  readonly down: ScalingStep
}

/** Each signal is the level that one replica should carry; the largest count that any of them asks for wins. */
export interface ScalingSignals {
  readonly cpuPercent?: number
  readonly memoryPercent?: number
  readonly requestsPerSecond?: number
  readonly queuedJobs?: number
}

/** The count moves by at most `percentPerMinute` of itself, once the signal has held for `after`. */
export interface ScalingStep {
  readonly percentPerMinute: number
  readonly after: Duration
}

export interface DatabaseSpec {
  /** The major version of PostgreSQL. */
  readonly version: number
  /** Names the database and the role that owns it. */
  readonly name: string
  /** Connections that each process keeps at most. */
  readonly pool: number
  /** Aurora's units of about 2 GiB, or the nearest that a cloud sells. At a minimum of 0 it pauses when it is idle. */
  readonly capacity: { readonly min: number; readonly max: number }
  /** After how long without a connection it pauses, where the minimum is 0. */
  readonly pauseAfter: Duration
  /** How long it can be taken back to any moment. */
  readonly pointInTime: Duration
  readonly deletionProtection: boolean
}

export interface CacheSpec {
  /** Of which all but one are replicas that take over by themselves. */
  readonly nodes: number
  /** The most memory that cached answers and counters take; what was used least is dropped first. */
  readonly memory: Memory
}

/** A release proves itself in a job of its own, against the real database, before anything of it serves. */
export interface RolloutSpec {
  readonly gateTimeout: Duration
}

/** Where clients meet the stack: TLS ends here, and plain HTTP is sent to HTTPS. */
export interface EdgeSpec {
  /** The host name that clients use; undefined only for a stack that is no production. */
  readonly domain: string | undefined
  readonly minimumTls: "1.2"
  /** How long a connection may be silent: no shorter than a request may take. */
  readonly idleTimeout: Duration
}

/** Only the edge is public; everything else is in here, and reaches only what the picture shows. */
export interface NetworkSpec {
  readonly cidr: string
  readonly zones: number
}

/** The nightly portable export, beside the database's own backups. */
export interface BackupSpec {
  readonly keep: Duration
  /** Whether a job makes one each night; until there is one, nothing watches how old the last is. */
  readonly nightly: boolean
}

export interface LogSpec {
  readonly keep: Duration
}

/** What the service promises, and from when on somebody is told that it does not hold. */
export interface AlertSpec {
  /** Who is told, by mail; nobody where it is undefined. */
  readonly email: string | undefined
  /** The share of API requests, over 30 days, that the service does not fail. */
  readonly availability: number
  /** The share of API requests that is answered within `most`; told of once it has been otherwise for `after`. */
  readonly latency: { readonly share: number; readonly most: Duration; readonly after: Duration }
  /** The longest that a job may wait. */
  readonly queueAge: Duration
  /** How long no replica may be ready. */
  readonly unready: Duration
  /** How long the certificate must still last. */
  readonly certificateLeft: Duration
  /** How old the last nightly export may be. */
  readonly exportAge: Duration
}
