import { RunError } from "@pulumi/pulumi"
import { EnvSchema } from "../app/contract/env.ts"
import type { WorkloadName } from "../app/contract/roles.ts"
import { service } from "../app/contract/service.ts"
import {
  type ConfigKey,
  type ConfigProblem,
  cpu,
  encryptedSecret,
  everywhere,
  hostName,
  imageReference,
  integer,
  list,
  mailAddress,
  memory,
  oneOf,
  stepped,
} from "./spec/config-key.ts"
import { defaultSpec, poolRange } from "./spec/defaults.ts"
import type { NameParts } from "./spec/names.ts"
import type { Environment, LogLevel, ReplicaSpec, SizeSpec, StackSpec } from "./spec/stack-spec.ts"
import type { StackTarget, TargetEntry, TargetValues } from "./spec/target.ts"
import { bytes, vcpus } from "./spec/units.ts"

/** All that is wrong with the config, in one error; nothing has been registered when it is thrown. */
export class ConfigError extends RunError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ key, value, allowed, action }) =>
        `  ${key}: ${value === undefined ? "is missing" : `"${value}" cannot be used`}; allowed: ${allowed}. ${action}.`,
    )
    super(`The config has ${problems.length} problem${problems.length === 1 ? "" : "s"}:\n${lines.join("\n")}`)
    this.problems = problems
  }
}

export interface StackConfig {
  readonly spec: StackSpec
  readonly target: StackTarget
  readonly values: TargetValues
  readonly names: NameParts
}

/** What else decides how a config is read. */
export interface ConfigReading {
  readonly project: string
  readonly stack: string
  /** Whether the value of this full key is encrypted. */
  readonly isSecret: (key: string) => boolean
  /** A plan takes example names, such as optimizer.example.com; a deployment refuses them. */
  readonly examples: "allowed" | "refused"
}

const namespace = `${service.name}:`

/** The literals of a union in the contract, so that no allowed value is typed twice. */
const literals = <Value>(union: { anyOf: readonly { const: Value }[] }) => union.anyOf.map((member) => member.const)

const environments: readonly Environment[] = literals(EnvSchema.properties.ENVIRONMENT)

/** Origins as browsers send them: a scheme and a host, no path. */
const isOrigin = (origin: string) => /^https?:/.test(origin) && URL.parse(origin)?.origin === origin

/** The common keys, without their namespace. The replica ceiling is the highest that a guide's cloud allows. */
const keys = {
  environment: oneOf<Environment>(environments, { required: everywhere }),
  logLevel: oneOf<LogLevel>(literals(EnvSchema.properties.LOG_LEVEL)),
  domain: hostName({ required: ["staging", "production"] }),
  image: imageReference(),
  generation: integer(1, 99),
  apiMinReplicas: integer(1, 100),
  apiMaxReplicas: integer(1, 100),
  apiCpu: cpu(0.5, 8),
  apiMemory: memory("512 MiB", "32 GiB"),
  workerMinReplicas: integer(1, 100),
  workerMaxReplicas: integer(1, 100),
  workerCpu: cpu(0.5, 8),
  workerMemory: memory("512 MiB", "32 GiB"),
  databasePool: integer(poolRange.minimum, poolRange.maximum),
  databaseMinCapacity: stepped(0, 128, 0.5),
  databaseMaxCapacity: stepped(1, 128, 0.5),
  cacheMemory: memory("64 MiB", "64 GiB"),
  alertEmail: mailAddress({ required: ["production"] }),
  origins: list(isOrigin, "origins such as https://app.example.com"),
} as const satisfies Record<string, ConfigKey>

type Keys = typeof keys
type Values = { [Name in keyof Keys]?: NonNullable<ReturnType<Keys[Name]["read"]>> }

/**
 * The stack's spec and target from the config's text values by full key (`atlas:cloud`). Keys of other namespaces are
 * looked at only where the target knows them. Throws a ConfigError with every problem at once.
 */
export async function readConfig(
  config: Readonly<Record<string, string>>,
  targets: Readonly<Record<string, TargetEntry>>,
  reading: ConfigReading,
): Promise<StackConfig> {
  const cloud = config[`${namespace}cloud`]
  const entry = cloud !== undefined && Object.hasOwn(targets, cloud) ? targets[cloud] : undefined
  const target = await entry?.load()
  const problems: ConfigProblem[] = []
  if (target === undefined) {
    const allowed = Object.keys(targets)
    const action = setIt(`${namespace}cloud`, allowed[0])
    problems.push({ key: `${namespace}cloud`, value: cloud, allowed: allowed.join(", "), action })
  }

  const common = Object.fromEntries(Object.entries(keys).map(([name, key]) => [namespace + name, key]))
  const known: Readonly<Record<string, ConfigKey>> = { ...common, ...target?.keys }
  const values: Record<string, unknown> = {}
  const environment = keys.environment.read(config[`${namespace}environment`] ?? "")
  for (const [key, text] of Object.entries(config)) {
    if (key === `${namespace}cloud`) continue
    const rule = Object.hasOwn(known, key) ? known[key] : undefined
    if (rule !== undefined) values[key] = readValue({ key, text, rule, environment }, target, reading, problems)
    else if (key.startsWith(namespace) && !(await isOthers(key, targets))) {
      problems.push(unknownKey(key, text, Object.keys(known)))
    }
  }

  for (const [key, rule] of Object.entries(known)) {
    const isNeeded = rule.required?.includes(environment ?? "development") && !limitOn(key, target)
    if (isNeeded && config[key] === undefined) {
      problems.push({ key, value: undefined, allowed: rule.allowed, action: setIt(key, undefined, rule.secret) })
    }
  }

  const asked = Object.fromEntries(Object.keys(keys).map((name) => [name, values[namespace + name]])) as Values
  const spec = specOf(environment ?? "development", asked)
  problems.push(...rangeProblems(spec, config))
  const own = Object.fromEntries(Object.keys(target?.keys ?? {}).map((key) => [key, values[key]]))
  if (target !== undefined) problems.push(...target.check(spec, own))
  if (problems.length > 0 || target === undefined) throw new ConfigError(problems)
  const names = { project: reading.project, stack: reading.stack, generation: asked.generation ?? 1 }
  return { spec, target, values: own, names }
}

/** Whether another target knows the key: a stack may keep what it needs on the cloud that it comes from or goes to. */
async function isOthers(key: string, targets: Readonly<Record<string, TargetEntry>>): Promise<boolean> {
  const all = await Promise.all(Object.values(targets).map(({ keys }) => keys()))
  return all.some((keys) => Object.hasOwn(keys, key))
}

interface Given {
  readonly key: string
  readonly text: string
  readonly rule: ConfigKey
  /** The stack's; undefined where it is no known one. */
  readonly environment: Environment | undefined
}

/** The value of one key, or a problem of it. A secret's value is read only to be checked, and never kept. */
function readValue(
  { key, text, rule, environment }: Given,
  target: StackTarget | undefined,
  reading: ConfigReading,
  problems: ConfigProblem[],
): unknown {
  const value = rule.read(text)
  const shown = rule.secret ? "(secret)" : text
  const problem = (allowed: string, action: string) => problems.push({ key, value: shown, allowed, action })
  const isUnread = rule.secret === true && text === encryptedSecret
  const stricter = rule.stricter?.in.some((one) => one === environment) ? rule.stricter : undefined
  if (rule.secret && !reading.isSecret(key)) {
    problem("an encrypted value", `Encrypt it: pulumi config set --secret ${key}`)
  } else if (value === undefined && !isUnread) {
    problem(rule.allowed, setIt(key, undefined, rule.secret))
  } else if (stricter !== undefined && !isUnread && !stricter.fits(text)) {
    problem(stricter.allowed, setIt(key, undefined, rule.secret))
  } else if (reading.examples === "refused" && rule.example?.test(text)) {
    problem(rule.allowed, `${text} is an example: put your own in its place`)
  }
  const limit = limitOn(key, target)
  if (target !== undefined && limit !== undefined) {
    problem(`nothing on ${target.name}: ${limit.difference}, because ${limit.reason}`, "Remove it")
  }
  return rule.secret ? undefined : value
}

/** The limit of the target that refuses the key. */
const limitOn = (key: string, target: StackTarget | undefined) =>
  target?.limits.find(({ refuses = [] }) => refuses.some((name) => namespace + name === key))

const unknownKey = (key: string, value: string, known: readonly string[]): ConfigProblem => ({
  key,
  value,
  allowed: `the keys ${[`${namespace}cloud`, ...known].join(", ")}`,
  action: `Remove it: pulumi config rm ${key}`,
})

/** A minimum above its maximum, whichever of the two was given. */
function rangeProblems(spec: StackSpec, config: Readonly<Record<string, string>>): ConfigProblem[] {
  const ranges = [
    ...Object.entries(spec.workloads).map(
      ([name, { replicas }]) => [`${name}MinReplicas`, `${name}MaxReplicas`, replicas] as const,
    ),
    ["databaseMinCapacity", "databaseMaxCapacity", spec.database.capacity] as const,
  ]
  return ranges.flatMap(([least, most, { min, max }]) => {
    if (min <= max) return []
    const key = namespace + (config[namespace + least] === undefined ? most : least)
    const allowed = `a minimum (${min}) no greater than the maximum (${max})`
    return [{ key, value: config[key], allowed, action: "Change either" }]
  })
}

const setIt = (key: string, example: string | undefined, secret?: true) =>
  `Set it: pulumi config set ${secret ? "--secret " : ""}${key} ${example ?? "VALUE"}`

/** The default spec with what the config asks for. */
function specOf(environment: Environment, asked: Values): StackSpec {
  const base = defaultSpec(environment)
  const workload = (name: WorkloadName) => ({
    ...base.workloads[name],
    replicas: replicasOf(base.workloads[name].replicas, asked[`${name}MinReplicas`], asked[`${name}MaxReplicas`]),
    size: sizeOf(base.workloads[name].size, asked[`${name}Cpu`], asked[`${name}Memory`]),
  })
  return {
    ...base,
    logLevel: asked.logLevel ?? base.logLevel,
    workloads: { api: workload("api"), worker: workload("worker") },
    gateway: { ...base.gateway, cors: { ...base.gateway.cors, origins: asked.origins ?? base.gateway.cors.origins } },
    image: { ...base.image, reference: asked.image },
    edge: { ...base.edge, domain: asked.domain },
    database: {
      ...base.database,
      pool: asked.databasePool ?? base.database.pool,
      capacity: {
        min: asked.databaseMinCapacity ?? base.database.capacity.min,
        max: asked.databaseMaxCapacity ?? base.database.capacity.max,
      },
    },
    alerts: { ...base.alerts, email: asked.alertEmail },
    cache: { ...base.cache, memory: asked.cacheMemory ?? base.cache.memory },
  }
}

/** The first count is the default's, moved into the asked range: nobody asks for it by itself. */
function replicasOf(base: ReplicaSpec, min = base.min, max = base.max): ReplicaSpec {
  return { initial: Math.max(min, Math.min(base.initial, max)), min, max }
}

/** Config gives the limit; what is promised is half of it, the guide's proportion. */
function sizeOf(base: SizeSpec, cpuLimit = base.limit.cpu, memoryLimit = base.limit.memory): SizeSpec {
  return {
    request: { cpu: `${vcpus(cpuLimit) / 2} vCPU`, memory: `${bytes(memoryLimit) / 2 ** 21} MiB` },
    limit: { cpu: cpuLimit, memory: memoryLimit },
  }
}
