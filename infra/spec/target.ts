import type { Output, Resource } from "@pulumi/pulumi"
import type { EnvName, secretEnv } from "../../app/contract/env.ts"
import type { WorkloadName } from "../../app/contract/roles.ts"
import type { ConfigKey, ConfigProblem } from "./config-key.ts"
import type { GatewaySpec } from "./gateway.ts"
import type { NameParts } from "./names.ts"
import type {
  AlertSpec,
  BackupSpec,
  CacheSpec,
  DatabaseSpec,
  EdgeSpec,
  Facet,
  RolloutSpec,
  ScalerSpec,
  StackSpec,
  WorkloadSpec,
} from "./stack-spec.ts"

/**
 * What every target implements: one builder for each part of the picture. AtlasStack calls them in its one order and
 * passes what a part yields to the parts that need it; a target decides only which resources carry a part.
 */
export interface StackTarget {
  /** The value of `atlas:cloud` that chooses it. */
  readonly name: string
  /** What it cannot do: shown as a difference, and refused before any resource when the config demands it. */
  readonly limits: readonly Limit[]
  /** Keys that it alone understands, by full name, such as "aws:region"; a common key has no business here. */
  readonly keys: Readonly<Record<string, ConfigKey>>
  /** What is wrong only together: what the spec asks for, and what the target's keys give. */
  check(spec: StackSpec, values: TargetValues): readonly ConfigProblem[]
  /** Lays the ground that the parts share (network, cluster, registry) and answers with their builders. */
  parts(context: TargetContext, parent: Resource): StackParts
}

/** A target's place in the registry. */
export interface TargetEntry {
  /** Its own keys, without what it takes to load it. */
  keys(): Promise<StackTarget["keys"]>
  load(): Promise<StackTarget>
}

/** The values of a target's own keys, as `read` gave them. Secret ones are absent: a target asks for those by `secret`. */
export type TargetValues = Readonly<Record<string, unknown>>

export interface TargetContext {
  readonly spec: StackSpec
  readonly values: TargetValues
  readonly names: NameParts
  /** The value of a secret key of the target; undefined where the config does not have it. */
  secret(key: string): Output<string> | undefined
}

export interface Limit {
  readonly facet: Facet
  /** How the target differs, as a sentence. */
  readonly difference: string
  readonly reason: string
  /** The page that sets the limit, or the folder of this repository where it was decided. */
  readonly source: string
  /** Names of common keys (without their namespace) that ask for what cannot be had: they are refused. */
  readonly refuses?: readonly string[]
}

export interface StackParts {
  /** A random value, made once and kept with the stack; a secret. */
  secret(name: string): Output<string>
  /** What is rolled out: built once, the same for the gate and every workload. */
  release(): Release
  database(spec: DatabaseSpec): DatabaseBinding
  cache(spec: CacheSpec): CacheBinding
  /** Runs the release's own proof against the real database, which it also migrates. Done when it has passed. */
  gate(spec: RolloutSpec, process: ProcessArgs): Resource
  /** The object store for portable exports; nothing where the target has none. */
  archive(spec: BackupSpec): ArchiveBinding | undefined
  /** Runs a workload; with `gateway`, each replica is the gateway and the process behind it. */
  workload(name: WorkloadName, spec: WorkloadSpec, process: ProcessArgs, gateway?: GatewayArgs): WorkloadBinding
  /**
   * Runs the role `scaler`, which sets the counts of the workloads: only on a target whose own means cannot follow the
   * contract's signals. Its identity may do nothing else. The target adds SCALING (`scalingText`) to the settings.
   */
  scaler?(spec: ScalerSpec, process: ProcessArgs): void
  /** Opens the api to clients. */
  edge(spec: EdgeSpec, api: WorkloadBinding): EdgeBinding
  /** The dashboard, and the alerts with whom they are sent to: only on a target that has something to show or send them. */
  watch?(spec: AlertSpec): void
  /** How an operator reaches each part (a command, an address); the names become outputs. Secrets are marked. */
  reach(): Readonly<Record<string, Output<string>>>
}

export interface Release {
  readonly version: string
  /** Where the release is to be had: an image by digest, or the path of a bundle. */
  readonly reference: Output<string>
}

export interface DatabaseBinding {
  /** A secret. */
  readonly url: Output<string>
  /** PEM text of the authority that signed the server's certificate; undefined where there is no TLS. */
  readonly ca: Output<string | undefined>
}

export interface CacheBinding {
  /** A secret; undefined where the caches are in-process. */
  readonly url: Output<string | undefined>
  readonly ca: Output<string | undefined>
}

type SecretEnvName = (typeof secretEnv)[number]

/** Settings by the names of the contract. Those that are secret stand apart, so that a target can keep them apart. */
export type Settings = Partial<Record<Exclude<EnvName, SecretEnvName>, string | Output<string | undefined>>>
export type SecretSettings = Partial<Record<SecretEnvName, Output<string | undefined>>>

/** What every process of a release is given. */
export interface ProcessArgs {
  readonly release: Release
  readonly settings: Settings
  readonly secrets: SecretSettings
  /** What must stand before this starts, beyond what its settings come from. */
  readonly after: readonly Resource[]
}

export interface GatewayArgs {
  readonly spec: GatewaySpec
  /** A key for each consumer of the spec; secrets. */
  readonly keys: Readonly<Record<string, Output<string>>>
  /** Where the rate counters are shared. */
  readonly cache: CacheBinding
}

export interface WorkloadBinding {
  /** Where its gateway is reached from inside the stack; undefined for a workload without a gateway. */
  readonly url?: Output<string>
}

export interface ArchiveBinding {
  /** Names the bucket in the target's own way. */
  readonly url: Output<string>
}

export interface EdgeBinding {
  /** Where clients reach the stack. */
  readonly url: Output<string>
  /** What is to be done once by hand, such as a DNS record; nothing where all is done. */
  readonly instructions?: Output<string>
}
