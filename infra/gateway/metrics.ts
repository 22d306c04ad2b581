/**
 * What Kong's status listener tells a collector under the configuration that is generated here: names and labels of
 * kong/plugins/prometheus/exporter.lua at 3.9.3, whose prefix is `kong_`. Latencies, bandwidth and the health of
 * upstreams are not among them: the plugin is not told to measure them.
 */

/**
 * Answers of each route by who gave them. `code` is the status; `source` is `service` for the app's and `kong` for the
 * gateway's own; `consumer` is the user name, empty where nobody is known; `workspace` is always `default`. A request
 * that no route takes is not counted.
 */
export const requestsTotal = {
  name: "kong_http_requests_total",
  labels: ["service", "route", "code", "source", "workspace", "consumer"],
} as const

/** The `workspace` of everything in a declarative file. */
export const workspace = "default"

export const sources = { app: "service", gateway: "kong" } as const

/** Gauges of the process, which only Kong has; names and labels. */
export const processMetrics = {
  kong_datastore_reachable: [],
  kong_memory_lua_shared_dict_bytes: ["node_id", "shared_dict", "kong_subsystem"],
  kong_memory_lua_shared_dict_total_bytes: ["node_id", "shared_dict", "kong_subsystem"],
  kong_memory_workers_lua_vms_bytes: ["node_id", "pid", "kong_subsystem"],
  kong_nginx_connections_total: ["node_id", "subsystem", "state"],
  kong_nginx_requests_total: ["node_id", "subsystem"],
  kong_nginx_timers: ["state"],
  kong_node_info: ["node_id", "version"],
} as const
