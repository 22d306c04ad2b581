import * as pulumi from "@pulumi/pulumi"
import type { Env, EnvName } from "../app/contract/env.ts"
import { bursts } from "../app/contract/rates.ts"
import { service } from "../app/contract/service.ts"
import type { ScalerSpec, StackSpec, WorkloadSpec } from "./spec/stack-spec.ts"
import type { CacheBinding, DatabaseBinding, ProcessArgs, Release, StackTarget, TargetContext } from "./spec/target.ts"

export interface AtlasStackArgs {
  readonly context: TargetContext
  readonly target: StackTarget
}

/**
 * The whole stack, the same on every target: this is the only place that says what is wired to what, and in which order.
 */
export class AtlasStack extends pulumi.ComponentResource {
  /** Where clients reach the gateway. */
  readonly url: pulumi.Output<string>
  /** What is to be done once by hand, such as a DNS record. */
  readonly instructions: pulumi.Output<string> | undefined
  /** What is rolled out: an image by digest, or the path of a bundle. */
  readonly release: pulumi.Output<string>
  /** The object store for portable exports. */
  readonly archive: pulumi.Output<string> | undefined
  /** How an operator reaches each part. */
  readonly reach: Readonly<Record<string, pulumi.Output<string>>>
  /** The key of each consumer; a secret. */
  readonly keys: pulumi.Output<Record<string, string>>
  /** Opens the operator's routes; a secret. */
  readonly operatorKey: pulumi.Output<string>
  /** Where the result cache and the rate counters live. */
  readonly cache: pulumi.Output<"redis" | "in-process">

  constructor(name: string, { context, target }: AtlasStackArgs, options?: pulumi.ComponentResourceOptions) {
    super(`${service.name}:stack:AtlasStack`, name, {}, options)
    const { spec } = context
    const { api, worker } = spec.workloads

    const parts = target.parts(context, this)
    const release = parts.release()
    const database = parts.database(spec.database)
    const cache = parts.cache(spec.cache)
    const archive = parts.archive(spec.backups)
    const operatorKey = parts.secret("operator-key")
    const keys = Object.fromEntries(
      spec.gateway.consumers.map((consumer) => [consumer, parts.secret(`${consumer}-key`)]),
    )

    const wiring = { spec, release, database, cache, operatorKey }
    const gate = parts.gate(spec.rollout, processArgs(api, wiring, []))
    const served = parts.workload("api", api, processArgs(api, wiring, [gate]), { spec: spec.gateway, keys, cache })
    parts.workload("worker", worker, processArgs(worker, wiring, [gate]))
    parts.scaler?.(spec.scaler, processArgs(spec.scaler, wiring, [gate]))
    const edge = parts.edge(spec.edge, served)
    parts.watch?.(spec.alerts)

    this.url = edge.url
    this.instructions = edge.instructions
    this.release = release.reference
    this.archive = archive?.url
    this.reach = parts.reach()
    this.keys = pulumi.output(keys)
    this.operatorKey = operatorKey
    this.cache = pulumi.unsecret(cache.url.apply((url) => (url === undefined ? "in-process" : "redis")))
    this.registerOutputs({ url: this.url, keys: this.keys, operatorKey: this.operatorKey, cache: this.cache })
  }
}

interface Wiring {
  readonly spec: StackSpec
  readonly release: Release
  readonly database: DatabaseBinding
  readonly cache: CacheBinding
  readonly operatorKey: pulumi.Output<string>
}

/** What a process of the workload is given: its own roles, the stack's settings, and the data stores. */
function processArgs(
  workload: WorkloadSpec | ScalerSpec,
  wiring: Wiring,
  after: readonly pulumi.Resource[],
): ProcessArgs {
  const { spec, release, database, cache, operatorKey } = wiring
  const settings = {
    ENVIRONMENT: spec.environment,
    ROLES: workload.roles.join(","),
    LOG_LEVEL: spec.logLevel,
    DATABASE_POOL_SIZE: String("pool" in workload ? workload.pool : spec.database.pool),
    AUTH: "gateway" satisfies Env["AUTH"],
    // The contract's own defaults, given all the same: what a process does shows in a plan, and a change rolls it.
    CONCURRENCY: String(service.concurrency),
    API_RATE: String(bursts.api.perSecond),
    API_BURST: String(bursts.api.burst),
    OPTIMIZE_RATE: String(bursts.optimize.perSecond),
    OPTIMIZE_BURST: String(bursts.optimize.burst),
    ...(spec.edge.domain === undefined ? {} : { DOMAIN: spec.edge.domain }),
    VERSION: release.version,
    DATABASE_CA: database.ca,
    REDIS_CA: cache.ca,
  } as const satisfies Partial<Record<EnvName, unknown>>
  const secrets = { DATABASE_URL: database.url, REDIS_URL: cache.url, OPERATOR_KEY: operatorKey }
  return { release, settings, secrets, after }
}
