import { bucketsOf, metrics, runtimeMetrics } from "../../app/contract/metrics.ts"
import type { StackSpec } from "../spec/stack-spec.ts"
import { gatewayPanels } from "./gateway-panels.ts"
import { type Panel, shares, statusClasses } from "./panel.ts"
import { errorShare, latency, rateWindow, readyReplicas, requestRate, type Select } from "./select.ts"

const DAY = 86_400

/**
 * The dashboard of a stack: first what clients see, then what the gateway makes of it, then what waits, then how near each
 * part is to its limits. `left` is as in `Watching`.
 */
export function panelsOf(spec: StackSpec, select: Select, left: string): readonly Panel[] {
  return [
    ...clients(select),
    ...gatewayPanels(select),
    ...work(select),
    ...saturation(select),
    ...ends(spec, select, left),
  ]
}

function clients(select: Select): readonly Panel[] {
  return [
    {
      title: "Request rate",
      tells: "API requests a second, by the first digit of their status",
      unit: "requests a second",
      queries: statusClasses.map((digit) => ({
        legend: `${digit}xx`,
        promql: `${requestRate(select, rateWindow, `status=~"${digit}.."`)} or vector(0)`,
      })),
    },
    {
      title: "Latency",
      tells: "within what time a half, 95 % and 99 % of API requests are answered",
      unit: "seconds",
      queries: shares.map((share) => ({
        legend: `p${share * 100}`,
        promql: latency(select, share),
      })),
    },
    {
      title: "Error rate",
      tells: "the share of API requests that the service failed",
      unit: "share",
      queries: [{ legend: "failed", promql: errorShare(select) }],
    },
    {
      title: "Optimizations",
      tells: "optimizations a second, by outcome",
      unit: "requests a second",
      queries: [
        {
          legend: "{{status}}",
          promql: `sum by (status) (rate(${select(metrics.optimizationRequests)}[${rateWindow}]))`,
        },
      ],
    },
    {
      title: "Optimization time",
      tells: "within what time 95 % of optimizations are done, by method",
      unit: "seconds",
      queries: [
        {
          legend: "{{method}}",
          promql: `histogram_quantile(0.95, sum by (le, method) (rate(${select(bucketsOf(metrics.optimizationDuration))}[${rateWindow}])))`,
        },
      ],
    },
    {
      title: "Active optimizations",
      tells: "optimizations under way in all processes",
      unit: "count",
      queries: [{ legend: "under way", promql: `sum(${select(metrics.activeOptimizations)})` }],
    },
  ]
}

function work(select: Select): readonly Panel[] {
  // Every process reads the same queue, so the largest reading is the queue's, not their sum.
  return [
    {
      title: "Queue depth",
      tells: "jobs that wait for a worker",
      unit: "count",
      queries: [{ legend: "waiting", promql: `max(${select(metrics.queueDepth)})` }],
    },
    {
      title: "Queue age",
      tells: "how long the oldest job has waited",
      unit: "seconds",
      queries: [{ legend: "oldest", promql: `max(${select(metrics.queueAge)})` }],
    },
    {
      title: "Cache hits",
      tells: "look-ups of the solution cache a second, by result",
      unit: "requests a second",
      queries: [
        { legend: "{{result}}", promql: `sum by (result) (rate(${select(metrics.solutionCache)}[${rateWindow}]))` },
      ],
    },
    {
      title: "Refused by burst limits",
      tells: "requests a second that were told to come again, by limit",
      unit: "requests a second",
      queries: [
        { legend: "{{limit}}", promql: `sum by (limit) (rate(${select(metrics.rateLimited)}[${rateWindow}]))` },
      ],
    },
    {
      title: "Ready replicas",
      tells: "processes of the api that can answer",
      unit: "count",
      queries: [{ legend: "ready", promql: readyReplicas(select) }],
    },
  ]
}

function saturation(select: Select): readonly Panel[] {
  const pool = (state: string) => select(metrics.pool, `state="${state}"`)
  const threads = (state: string) => `sum by (pool) (${select(metrics.threads, `state="${state}"`)})`
  return [
    {
      title: "Database pool",
      tells: "connections of all processes by state, requests that wait for one, and how many there may be",
      unit: "count",
      queries: [{ legend: "{{state}}", promql: `sum by (state) (${select(metrics.pool)})` }],
    },
    {
      title: "Nearest to a limit",
      tells: "the fullest process: its requests, memory and database connections, of what each may be",
      unit: "share",
      queries: [
        {
          legend: "requests",
          promql: `max(${select(metrics.requestsUnderWay)} / ${select(metrics.requestsLimit)})`,
        },
        {
          legend: "memory",
          promql: `max(${select(runtimeMetrics.residentMemory)} / ${select(metrics.memoryLimit)})`,
        },
        {
          legend: "database connections",
          promql: `max(${pool("busy")} / ignoring (state) ${pool("size")})`,
        },
      ],
    },
    {
      title: "Threads",
      tells: "the share of threads that work, by pool, and tasks that wait for one",
      unit: "count",
      queries: [
        { legend: "{{pool}}: share that works", promql: `${threads("busy")} / ${threads("size")}` },
        { legend: "{{pool}}: tasks that wait", promql: threads("waiting") },
      ],
    },
    {
      title: "Processor",
      tells: "processors that the busiest process uses",
      unit: "count",
      queries: [{ legend: "busiest", promql: `max(rate(${select(runtimeMetrics.processorTime)}[${rateWindow}]))` }],
    },
    {
      title: "Event loop delay",
      tells: "how late the slowest process runs what is due (p99)",
      unit: "seconds",
      queries: [{ legend: "slowest", promql: `max(${select(runtimeMetrics.eventLoopDelay)})` }],
    },
  ]
}

/** What ends or grows old: only where the stack has it. */
function ends({ edge, backups }: StackSpec, select: Select, left: string): readonly Panel[] {
  return [
    ...(edge.domain === undefined
      ? []
      : [
          {
            title: "Certificate",
            tells: "days until the certificate ends that clients are shown",
            unit: "days",
            queries: [{ legend: "left", promql: `(${left}) / ${DAY}` }],
          } as const,
        ]),
    ...(backups.nightly
      ? [
          {
            title: "Last export",
            tells: "days since an export was last complete",
            unit: "days",
            queries: [{ legend: "age", promql: `(time() - max(${select(metrics.backupSuccess)})) / ${DAY}` }],
          } as const,
        ]
      : []),
  ]
}
