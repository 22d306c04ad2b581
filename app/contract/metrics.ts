/**
 * The metrics that the app serves: the one place of their names. Dashboards, alerts and scalers ask for them by these.
 * The names of the first four are the deployment guide's.
 */
export interface Metric<Label extends string = string> {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly Label[]
}

const metric = <const Label extends string = never>(
  name: string,
  help: string,
  ...labelNames: Label[]
): Metric<Label> => ({ name, help, labelNames })

export const metrics = {
  optimizationRequests: metric(
    "optimization_requests_total",
    "Optimizations by method and status (success, error)",
    "method",
    "status",
  ),
  optimizationDuration: metric(
    "optimization_duration_seconds",
    "Time of an optimization, from request to stored answer",
    "method",
  ),
  activeOptimizations: metric("active_optimizations", "Optimizations under way in this process"),
  modelPrediction: metric("model_prediction_seconds", "Time of a prediction by model", "model_name"),
  httpRequests: metric("http_requests_total", "HTTP requests by method, route and status", "method", "route", "status"),
  httpDuration: metric(
    "http_request_duration_seconds",
    "Time of an HTTP request by method and route",
    "method",
    "route",
  ),
  requestsUnderWay: metric("api_requests_under_way", "API requests that this process serves now"),
  requestsLimit: metric("api_requests_limit", "API requests that this process serves at a time"),
  solutionCache: metric(
    "solution_cache_requests_total",
    "Look-ups of the solution cache by result (hit, miss)",
    "result",
  ),
  rateLimited: metric("rate_limited_requests_total", "Requests refused by the burst limits, by limit", "limit"),
  queueDepth: metric("job_queue_depth", "Jobs that wait for a worker"),
  queueAge: metric("job_queue_oldest_seconds", "Age of the oldest job that waits"),
  pool: metric(
    "database_pool_connections",
    "Database connections by state; waiting counts requests that wait for one",
    "state",
  ),
  threads: metric(
    "thread_pool_threads",
    "Threads by pool and state; waiting counts tasks that wait for one",
    "pool",
    "state",
  ),
  memoryLimit: metric("process_memory_limit_bytes", "The most memory that this process may take"),
  ready: metric("atlas_ready", "1 while this process can answer, by each of its roles", "role"),
  certificateExpiry: metric(
    "atlas_certificate_expiry_timestamp_seconds",
    "When the certificate ends that clients are shown, as this process was shown it",
    "domain",
  ),
  /** Of the job that exports, which is not built yet: nothing serves it. */
  backupSuccess: metric("atlas_backup_last_success_timestamp_seconds", "When an export was last complete"),
  scalerActive: metric("scaler_active", "1 in the process that sets the workloads' counts"),
  scalerCurrent: metric(
    "scaler_current_replicas",
    "The count that is set, by workload; only in the process that sets it",
    "workload",
  ),
  scalerDesired: metric(
    "scaler_desired_replicas",
    "The count that was decided last, by workload; only in the process that sets it",
    "workload",
  ),
  scalerDecisions: metric(
    "scaler_decisions_total",
    "Decisions by workload and direction (up, down, none)",
    "workload",
    "direction",
  ),
  scalerErrors: metric(
    "scaler_errors_total",
    "Failures by workload and stage: count and the readers (queue, utilization, requests), set, change",
    "workload",
    "stage",
  ),
} as const

/** Those of them that every Node process serves by prom-client's defaults, which names them. */
export const runtimeMetrics = {
  residentMemory: "process_resident_memory_bytes",
  eventLoopDelay: "nodejs_eventloop_lag_p99_seconds",
  processorTime: "process_cpu_seconds_total",
} as const

/** What a histogram's buckets are called. */
export const bucketsOf = ({ name }: Pick<Metric, "name">): string => `${name}_bucket`
