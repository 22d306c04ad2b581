import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client"
import { metrics } from "../contract/metrics.ts"
import type { Role } from "../contract/roles.ts"

/** Seconds: from a solve inline (microseconds) to the longest that a request may take. */
const SOLVE_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300]
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

interface PoolStats {
  readonly busy: number
  readonly waiting: number
  readonly size: number
}

/** What is read at the moment of a scrape. A reader that fails leaves its gauge as it was, and the scrape succeeds. */
export interface Readings {
  queue(): Promise<{ depth: number; oldestSeconds: number } | undefined>
  pool(): { total: number; idle: number; waiting: number; size: number }
  /** Of each pool of threads. */
  threads(): Readonly<Record<string, PoolStats>>
  /** Whether this process can answer. */
  ready(): Promise<boolean>
  readonly roles: readonly Role[]
  readonly concurrency: number
  /** In bytes. */
  readonly memoryLimit: number
}

export type Metrics = ReturnType<typeof createMetrics>

/** The metrics of one process, by the names of the contract. */
export function createMetrics(readings: Readings) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  registerReadings(readings, registers)

  const solutionCache = new Counter({ ...metrics.solutionCache, registers })
  const rateLimited = new Counter({ ...metrics.rateLimited, registers })
  // A counter that is not there until it counts hides its first event from a rate.
  for (const result of ["hit", "miss"] as const) solutionCache.inc({ result }, 0)
  for (const limit of ["api", "optimize"]) rateLimited.inc({ limit }, 0)

  return {
    registry,
    optimizationRequests: new Counter({ ...metrics.optimizationRequests, registers }),
    optimizationDuration: new Histogram({ ...metrics.optimizationDuration, buckets: SOLVE_BUCKETS, registers }),
    activeOptimizations: new Gauge({ ...metrics.activeOptimizations, registers }),
    modelPrediction: new Histogram({ ...metrics.modelPrediction, buckets: SOLVE_BUCKETS, registers }),
    httpRequests: new Counter({ ...metrics.httpRequests, registers }),
    httpDuration: new Histogram({ ...metrics.httpDuration, buckets: HTTP_BUCKETS, registers }),
    requestsUnderWay: new Gauge({ ...metrics.requestsUnderWay, registers }),
    solutionCache,
    rateLimited,
    certificateExpiry: new Gauge({ ...metrics.certificateExpiry, registers }),
    scalerActive: new Gauge({ ...metrics.scalerActive, registers }),
    scalerCurrent: new Gauge({ ...metrics.scalerCurrent, registers }),
    scalerDesired: new Gauge({ ...metrics.scalerDesired, registers }),
    scalerDecisions: new Counter({ ...metrics.scalerDecisions, registers }),
    scalerErrors: new Counter({ ...metrics.scalerErrors, registers }),
  }
}

/** The gauges that are read when they are asked for, and the limits, which never change. */
function registerReadings(readings: Readings, registers: Registry[]): void {
  new Gauge({ ...metrics.requestsLimit, registers }).set(readings.concurrency)
  new Gauge({ ...metrics.memoryLimit, registers }).set(readings.memoryLimit)

  const queueDepth = new Gauge({ ...metrics.queueDepth, registers })
  const queueAge = new Gauge({
    ...metrics.queueAge,
    registers,
    collect: async () => {
      const read = await readings.queue().catch(() => undefined)
      if (!read) return
      queueDepth.set(read.depth)
      queueAge.set(read.oldestSeconds)
    },
  })
  const pool = new Gauge({
    ...metrics.pool,
    registers,
    collect: () => {
      const { total, idle, waiting, size } = readings.pool()
      for (const [state, count] of Object.entries({ busy: total - idle, idle, waiting, size })) {
        pool.set({ state }, count)
      }
    },
  })
  const threads = new Gauge({
    ...metrics.threads,
    registers,
    collect: () => {
      for (const [name, { busy, waiting, size }] of Object.entries(readings.threads())) {
        for (const [state, count] of Object.entries({ busy, waiting, size })) threads.set({ pool: name, state }, count)
      }
    },
  })
  const ready = new Gauge({
    ...metrics.ready,
    registers,
    collect: async () => {
      const is = await readings.ready()
      for (const role of readings.roles) ready.set({ role }, is ? 1 : 0)
    },
  })
}
