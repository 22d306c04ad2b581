import Type, { type Static } from "typebox"
import { checker } from "../validation.ts"
import type { Azure } from "./azure-client.ts"
import type { ContainerGroup } from "./azure-groups.ts"
import { CloudError } from "./cloud.ts"
import type { Observation, Utilization } from "./observation.ts"

/**
 * Azure Monitor's metrics of one resource
 * (https://github.com/Azure/azure-rest-api-specs/tree/main/specification/monitor, metrics_API.json). Of one resource each,
 * and not the batch API: its rights can be given on the resource alone.
 */
const apiVersion = "2024-02-01"

/** Values are averages of a minute, and come up to some minutes late: the newest of the last ones is taken. */
const grainSeconds = 60
const lookBackSeconds = 5 * grainSeconds

const MetricsSchema = Type.Object({
  value: Type.Array(
    Type.Object({
      name: Type.Object({ value: Type.String() }),
      errorCode: Type.Optional(Type.String()),
      errorMessage: Type.Optional(Type.String()),
      timeseries: Type.Array(
        Type.Object({
          data: Type.Optional(
            Type.Array(
              Type.Object({
                timeStamp: Type.String(),
                average: Type.Optional(Type.Number()),
                total: Type.Optional(Type.Number()),
              }),
            ),
          ),
        }),
      ),
    }),
  ),
})

export type Metrics = Static<typeof MetricsSchema>

const checkMetrics = checker(MetricsSchema, "strict")

/**
 * CPU and memory of the groups, as shares of what their containers request. By container, because the average of a
 * group is that of its containers and not their sum
 * (https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-containerinstance-containergroups-metrics).
 */
export async function readUtilization(
  azure: Azure,
  groups: readonly ContainerGroup[],
  abort: AbortSignal,
): Promise<Observation> {
  const read = await Promise.all(
    groups.map(async ({ id, properties: { containers } }) => {
      const metrics = await readMetrics(azure, id, ["CpuUsage", "MemoryUsage"], "average", abort)
      const requests = containers.map(({ properties }) => properties.resources.requests)
      return {
        cpu: share(
          newest(metrics, "CpuUsage", "average"),
          requests.map(({ cpu }) => cpu * 1000),
        ),
        // Azure's page on groups counts memory in gigabytes of 2^30 bytes.
        memory: share(
          newest(metrics, "MemoryUsage", "average"),
          requests.map(({ memoryInGB }) => memoryInGB * 2 ** 30),
        ),
      }
    }),
  )
  return {
    ...averaged(
      "cpuPercent",
      read.map(({ cpu }) => cpu),
    ),
    ...averaged(
      "memoryPercent",
      read.map(({ memory }) => memory),
    ),
  }
}

/**
 * Requests a second that an Application Gateway has answered. It reports nothing in a minute without requests
 * (https://learn.microsoft.com/azure/application-gateway/application-gateway-metrics), so an answer without values is 0;
 * that Azure Monitor is away shows in an error, and in the use of the groups, which is always reported.
 */
export async function readRequests(azure: Azure, gateway: string, abort: AbortSignal): Promise<Observation> {
  const metrics = await readMetrics(azure, gateway, ["TotalRequests"], "total", abort)
  return { requestsPerSecond: (newest(metrics, "TotalRequests", "total")[0] ?? 0) / grainSeconds }
}

async function readMetrics(
  azure: Azure,
  resource: string,
  names: readonly string[],
  aggregation: "average" | "total",
  abort: AbortSignal,
): Promise<Metrics> {
  const path = `${resource}/providers/Microsoft.Insights/metrics`
  const until = Math.floor(Date.now() / 1000 / grainSeconds) * grainSeconds
  const span = [until - lookBackSeconds, until].map((at) => new Date(at * 1000).toISOString())
  const query = {
    metricnames: names.join(","),
    aggregation,
    interval: "PT1M",
    timespan: span.join("/"),
    ...(aggregation === "average" ? { $filter: "containerName eq '*'" } : {}),
  }
  const checked = checkMetrics(await azure.read(path, { apiVersion, query, abort }))
  if (!checked.ok) {
    const problems = checked.errors.map((error) => `${error.path} ${error.message}`).join("; ")
    throw new CloudError(`Azure Monitor answered ${path} with something else than expected: ${problems}`)
  }
  for (const { name, errorCode = "Success", errorMessage } of checked.value.value) {
    if (errorCode !== "Success") {
      throw new CloudError(`Azure Monitor has no ${name.value} of ${resource}: ${errorCode} ${errorMessage ?? ""}`)
    }
  }
  return checked.value
}

/** The newest value of each of a metric's series that has one. */
export function newest(metrics: Metrics, metric: string, aggregation: "average" | "total"): number[] {
  const series = metrics.value.find(({ name }) => name.value.toLowerCase() === metric.toLowerCase())?.timeseries ?? []
  return series.flatMap(({ data = [] }) => {
    const known = data.flatMap((point) => {
      const value = point[aggregation]
      return value === undefined ? [] : [{ at: Date.parse(point.timeStamp), value }]
    })
    return known.sort((a, b) => b.at - a.at)[0]?.value ?? []
  })
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** What all containers use of what all request, in percent; undefined until each of them has reported. */
function share(used: readonly number[], promised: readonly number[]): number | undefined {
  return used.length < promised.length || promised.length === 0 ? undefined : (sum(used) / sum(promised)) * 100
}

function averaged(
  signal: "cpuPercent" | "memoryPercent",
  shares: readonly (number | undefined)[],
): { [signal]?: Utilization } {
  const known = shares.filter((one) => one !== undefined)
  return known.length === 0 ? {} : { [signal]: { percent: sum(known) / known.length, replicas: known.length } }
}
