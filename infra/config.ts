import { RunError } from "@pulumi/pulumi"
import { EnvSchema } from "../app/contract/env.ts"
import type { WorkloadName } from "../app/contract/roles.ts"
import { service } from "../app/contract/service.ts"
import { defaultSpec, poolRange } from "./spec/defaults.ts"
import type { Environment, Facet, LogLevel, ReplicaSpec, SizeSpec, StackSpec } from "./spec/stack-spec.ts"
import type { StackTarget } from "./spec/target.ts"
import { bytes, isQuantity, type Memory, vcpus } from "./spec/units.ts"

/** What is wrong with one key of the config. */
export interface ConfigProblem {
  readonly key: string
  /** The value as it was given; undefined for a key that is missing. */
  readonly value: string | undefined
  readonly allowed: string
  readonly action: string
}

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
}

const namespace = `${service.name}:`

/** One key: what it may be, which facet it asks for, and how a good value is read. */
interface Key<Value> {
  readonly allowed: string
  readonly facet?: Facet
  read(text: string): Value | undefined
}

const oneOf = <Value extends string>(values: readonly Value[]): Key<Value> => ({
  allowed: values.join(", "),
  read: (text) => values.find((value) => value === text),
})

const integer = (minimum: number, maximum: number, facet: Facet): Key<number> => ({
  allowed: `a whole number from ${minimum} to ${maximum}`,
  facet,
  read: (text) => (/^\d+$/.test(text) && Number(text) >= minimum && Number(text) <= maximum ? Number(text) : undefined),
})

const memory = (minimum: Memory, maximum: Memory, facet: Facet): Key<Memory> => ({
  allowed: `a memory size from ${minimum} to ${maximum}, such as "2 GiB"`,
  facet,
  read: (text) =>
    isQuantity("memory", text) && bytes(text) >= bytes(minimum) && bytes(text) <= bytes(maximum) ? text : undefined,
})

const cpu = (minimum: number, maximum: number, facet: Facet): Key<SizeSpec["limit"]["cpu"]> => ({
  allowed: `from ${minimum} to ${maximum} vCPU, such as "1 vCPU"`,
  facet,
  read: (text) => (isQuantity("cpu", text) && vcpus(text) >= minimum && vcpus(text) <= maximum ? text : undefined),
})

/** The literals of a union in the contract, so that no allowed value is typed twice. */
const literals = <Value>(union: { anyOf: readonly { const: Value }[] }) => union.anyOf.map((member) => member.const)

/** Origins as browsers send them: a scheme and a host, no path. */
const origins: Key<string[]> = {
  allowed: "origins such as https://app.example.com, separated by commas",
  facet: "gateway",
  read: (text) => {
    const found = text.split(",").map((origin) => origin.trim())
    return found.every((origin) => /^https?:/.test(origin) && URL.parse(origin)?.origin === origin) ? found : undefined
  },
}

/** Every key there is, without its namespace. The replica ceiling is the highest that a guide's cloud allows. */
const keys = {
  environment: oneOf<Environment>(literals(EnvSchema.properties.ENVIRONMENT)),
  logLevel: oneOf<LogLevel>(literals(EnvSchema.properties.LOG_LEVEL)),
  apiMinReplicas: integer(1, 100, "replicas"),
  apiMaxReplicas: integer(1, 100, "replicas"),
  apiCpu: cpu(0.5, 8, "size"),
  apiMemory: memory("512 MiB", "32 GiB", "size"),
  workerMinReplicas: integer(1, 100, "replicas"),
  workerMaxReplicas: integer(1, 100, "replicas"),
  workerCpu: cpu(0.5, 8, "size"),
  workerMemory: memory("512 MiB", "32 GiB", "size"),
  databasePool: integer(poolRange.minimum, poolRange.maximum, "database"),
  cacheMemory: memory("64 MiB", "64 GiB", "cache"),
  origins,
}

type Keys = typeof keys
type Values = { [Name in keyof Keys]?: NonNullable<ReturnType<Keys[Name]["read"]>> }

/**
 * The stack's spec and target from the config's text values by full key (`atlas:cloud`). Keys of other namespaces are
 * not looked at. Throws a ConfigError with every problem at once.
 */
export async function readConfig(
  config: Readonly<Record<string, string>>,
  targets: Readonly<Record<string, () => Promise<StackTarget>>>,
): Promise<StackConfig> {
  const problems: ConfigProblem[] = []
  const given = new Map(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(namespace) ? [[key.slice(namespace.length), value] as const] : [],
    ),
  )
  const problem = (name: string, allowed: string, action: string) =>
    problems.push({ key: namespace + name, value: given.get(name), allowed, action })

  const allowedClouds = Object.keys(targets).join(", ")
  const cloud = given.get("cloud")
  const load = cloud !== undefined && Object.hasOwn(targets, cloud) ? targets[cloud] : undefined
  const target = await load?.()
  if (target === undefined) problem("cloud", allowedClouds, setIt("cloud", Object.keys(targets)[0]))

  const values: Record<string, unknown> = {}
  for (const [name, text] of given) {
    if (name === "cloud") continue
    const key: Key<unknown> | undefined = Object.hasOwn(keys, name) ? keys[name as keyof Keys] : undefined
    if (key === undefined) {
      problem(
        name,
        `the keys cloud, ${Object.keys(keys).join(", ")}`,
        `Remove it: pulumi config rm ${namespace}${name}`,
      )
      continue
    }
    values[name] = key.read(text)
    if (values[name] === undefined) problem(name, key.allowed, setIt(name, undefined))
    const limit = target?.limits.find(({ facet }) => facet === key.facet)
    if (target !== undefined && limit !== undefined) {
      problem(name, `nothing on ${target.name}: ${limit.difference}, because ${limit.reason}`, `Remove it`)
    }
  }
  if (!given.has("environment")) problem("environment", keys.environment.allowed, setIt("environment", "development"))

  const { environment, ...asked } = values as Values
  const spec = specOf(environment ?? "development", asked)
  for (const [name, { replicas }] of Object.entries(spec.workloads)) {
    if (replicas.min > replicas.max) {
      const key = given.has(`${name}MinReplicas`) ? `${name}MinReplicas` : `${name}MaxReplicas`
      problem(key, `a minimum (${replicas.min}) no greater than the maximum (${replicas.max})`, `Change either`)
    }
  }
  if (problems.length > 0 || target === undefined) throw new ConfigError(problems)
  return { spec, target }
}

const setIt = (name: string, example: string | undefined) =>
  `Set it: pulumi config set ${namespace}${name} ${example ?? "VALUE"}`

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
    database: { ...base.database, pool: asked.databasePool ?? base.database.pool },
    cache: { memory: asked.cacheMemory ?? base.cache.memory },
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
