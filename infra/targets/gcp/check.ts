import type { ConfigProblem } from "../../spec/config-key.ts"
import type { Size, StackSpec } from "../../spec/stack-spec.ts"
import type { TargetValues } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { cacheSize, connectionsOf, databaseVersion, machineOf, processesOf, retentionDays } from "./capacity.ts"
import { collectorSize } from "./collector.ts"
import type { GcpValues } from "./keys.ts"
import { logDays } from "./logs.ts"
import { rangesOf } from "./network.ts"
import { instanceProblem, sizeProblem } from "./sizes.ts"

const day = 86_400

/** What Cloud Run takes as the share of a processor, in percent: https://cloud.google.com/run/docs/configuring/scaling-controls */
const cpuPercents = { least: 10, most: 95 } as const
/** Seconds that a request may take: https://cloud.google.com/run/docs/configuring/request-timeout */
const longestRequest = 3600

/** What is wrong only together; a key that is missing by itself has been reported already. */
export function check(spec: StackSpec, values: TargetValues): readonly ConfigProblem[] {
  return [
    ...domainProblems(spec, values as Partial<GcpValues>),
    ...sizeProblems(spec),
    ...scalingProblems(spec),
    ...databaseProblems(spec),
    ...cacheProblems(spec),
    ...keepProblems(spec),
    ...networkProblems(spec),
  ]
}

const inSpec = (key: string, value: string, allowed: string): ConfigProblem => ({
  key,
  value,
  allowed,
  action: "Change it in infra/spec",
})

function domainProblems({ environment, edge }: StackSpec, given: Partial<GcpValues>): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (edge.domain === undefined && environment === "development" && given["atlas:dnsZone"] !== undefined) {
    problems.push({
      key: "atlas:dnsZone",
      value: given["atlas:dnsZone"],
      allowed: "a zone for atlas:domain, which is not set",
      action: "Set atlas:domain, or remove it",
    })
  }
  if (seconds(edge.idleTimeout) > longestRequest) {
    problems.push(inSpec("edge.idleTimeout", edge.idleTimeout, `at most ${longestRequest} seconds`))
  }
  return problems
}

function sizeProblems({ workloads, gatewaySize, scaler }: StackSpec): ConfigProblem[] {
  const sized = (key: string, size: Size, allowed: string | undefined): ConfigProblem[] =>
    allowed === undefined
      ? []
      : [{ key, value: `${size.cpu}, ${size.memory}`, allowed, action: "Change processor or memory" }]
  const [api, worker, gateway] = [workloads.api.size.limit, workloads.worker.size.limit, gatewaySize.limit]
  return [
    ...sized("atlas:apiCpu", api, sizeProblem(api) ?? instanceProblem([api, gateway, collectorSize])),
    ...sized("atlas:workerCpu", worker, sizeProblem(worker) ?? instanceProblem([worker, collectorSize])),
    ...sized("gatewaySize.limit", gateway, sizeProblem(gateway)),
    ...sized("scaler.size", scaler.size, sizeProblem(scaler.size) ?? instanceProblem([scaler.size, collectorSize])),
  ]
}

function scalingProblems({ workloads }: StackSpec): ConfigProblem[] {
  const { cpuPercent } = workloads.api.scaling.signals
  if (cpuPercent === undefined || (cpuPercent >= cpuPercents.least && cpuPercent <= cpuPercents.most)) return []
  const allowed = `from ${cpuPercents.least} to ${cpuPercents.most} percent`
  return [inSpec("workloads.api.scaling.signals.cpuPercent", String(cpuPercent), allowed)]
}

function databaseProblems(spec: StackSpec): ConfigProblem[] {
  const { database } = spec
  const machine = attempt(() => machineOf(spec))
  if (typeof machine === "string") {
    return [
      {
        key: "atlas:databaseMaxCapacity",
        value: String(database.capacity.max),
        allowed: `units of 2 GiB that a machine has (${machine})`,
        action: "Lower it",
      },
    ]
  }
  const problems: ConfigProblem[] = []
  const [needed, processes] = [connectionsOf(spec), processesOf(spec)]
  if (needed > machine.connections) {
    problems.push({
      key: "atlas:databasePool",
      value: String(database.pool),
      allowed: `a pool with which ${processes} processes and the scaler need at most the ${machine.connections} connections that Cloud SQL grants with ${machine.memory} GiB; this one needs ${needed}`,
      action: "Lower the pool or the replicas, or raise atlas:databaseMaxCapacity",
    })
  }
  const days = seconds(database.pointInTime) / day
  if (!Number.isInteger(days) || days < 1 || days > retentionDays.ENTERPRISE_PLUS) {
    const allowed = `whole days from 1 to ${retentionDays.ENTERPRISE_PLUS}`
    problems.push(inSpec("database.pointInTime", database.pointInTime, allowed))
  }
  const version = attempt(() => databaseVersion(database))
  if (version.startsWith("PostgreSQL")) problems.push(inSpec("database.version", String(database.version), version))
  return problems
}

function cacheProblems({ cache }: StackSpec): ConfigProblem[] {
  const size = attempt(() => cacheSize(cache))
  return typeof size === "string" ? [inSpec("cache", `${cache.nodes} nodes, ${cache.memory}`, size)] : []
}

function keepProblems({ logs, backups }: StackSpec): ConfigProblem[] {
  const whole = (key: string, keep: string, days: number, most: number) =>
    Number.isInteger(days) && days >= logDays.least && days <= most
      ? []
      : [inSpec(key, keep, `whole days from ${logDays.least} to ${most}`)]
  return [
    ...whole("logs.keep", logs.keep, seconds(logs.keep) / day, logDays.most),
    ...whole("backups.keep", backups.keep, seconds(backups.keep) / day, Number.MAX_SAFE_INTEGER),
  ]
}

function networkProblems(spec: StackSpec): ConfigProblem[] {
  const ranges = attempt(() => rangesOf(spec))
  const { cidr } = spec.network
  return typeof ranges === "string"
    ? [inSpec("network.cidr", cidr, `a network with room for its halves (${ranges})`)]
    : []
}

/** What a function answers, or the words with which it refuses. */
function attempt<Result>(work: () => Result): Result | string {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}
