import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client"

/** Seconds: from a solve inline (microseconds) to the longest that a request may take. */
const SOLVE_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300]
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** What is read at the moment of a scrape. A reader that fails leaves its gauge as it was, and the scrape succeeds. */
export interface Readings {
  queue(): Promise<{ depth: number; oldestSeconds: number } | undefined>
  pool(): { total: number; idle: number; waiting: number; size: number }
}

export type Metrics = ReturnType<typeof createMetrics>

/** The metrics of one process. The names of the first four are the deployment guide's. */
export function createMetrics(readings: Readings) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const queueDepth = new Gauge({ name: "job_queue_depth", help: "Jobs that wait for a worker", registers })
  const queueAge = new Gauge({
    name: "job_queue_oldest_seconds",
    help: "Age of the oldest job that waits",
    registers,
    collect: async () => {
      const read = await readings.queue().catch(() => undefined)
      if (!read) return
      queueDepth.set(read.depth)
      queueAge.set(read.oldestSeconds)
    },
  })
  const pool = new Gauge({
    name: "database_pool_connections",
    help: "Database connections by state; waiting counts requests that wait for one",
    labelNames: ["state"],
    registers,
    collect: () => {
      const { total, idle, waiting, size } = readings.pool()
      pool.set({ state: "busy" }, total - idle)
      pool.set({ state: "idle" }, idle)
      pool.set({ state: "waiting" }, waiting)
      pool.set({ state: "size" }, size)
    },
  })

  return {
    registry,
    optimizationRequests: new Counter({
      name: "optimization_requests_total",
      help: "Optimizations by method and status (success, error)",
      labelNames: ["method", "status"],
      registers,
    }),
    optimizationDuration: new Histogram({
      name: "optimization_duration_seconds",
      help: "Time of an optimization, from request to stored answer",
      labelNames: ["method"],
      buckets: SOLVE_BUCKETS,
      registers,
    }),
    activeOptimizations: new Gauge({
      name: "active_optimizations",
      help: "Optimizations under way in this process",
      registers,
    }),
    modelPrediction: new Histogram({
      name: "model_prediction_seconds",
      help: "Time of a prediction by model",
      labelNames: ["model_name"],
      buckets: SOLVE_BUCKETS,
      registers,
    }),
    httpRequests: new Counter({
      name: "http_requests_total",
      help: "HTTP requests by method, route and status",
      labelNames: ["method", "route", "status"],
      registers,
    }),
    httpDuration: new Histogram({
      name: "http_request_duration_seconds",
      help: "Time of an HTTP request by method and route",
      labelNames: ["method", "route"],
      buckets: HTTP_BUCKETS,
      registers,
    }),
    solutionCache: new Counter({
      name: "solution_cache_requests_total",
      help: "Look-ups of the solution cache by result (hit, miss)",
      labelNames: ["result"],
      registers,
    }),
    rateLimited: new Counter({
      name: "rate_limited_requests_total",
      help: "Requests refused by the burst limits, by limit",
      labelNames: ["limit"],
      registers,
    }),
    scalerActive: new Gauge({
      name: "scaler_active",
      help: "1 in the process that sets the workloads' counts",
      registers,
    }),
    scalerCurrent: new Gauge({
      name: "scaler_current_replicas",
      help: "The count that is set, by workload; only in the process that sets it",
      labelNames: ["workload"],
      registers,
    }),
    scalerDesired: new Gauge({
      name: "scaler_desired_replicas",
      help: "The count that was decided last, by workload; only in the process that sets it",
      labelNames: ["workload"],
      registers,
    }),
    scalerDecisions: new Counter({
      name: "scaler_decisions_total",
      help: "Decisions by workload and direction (up, down, none)",
      labelNames: ["workload", "direction"],
      registers,
    }),
    scalerErrors: new Counter({
      name: "scaler_errors_total",
      help: "Failures by workload and stage: count and the readers (queue, utilization, requests), set, change",
      labelNames: ["workload", "stage"],
      registers,
    }),
  }
}
