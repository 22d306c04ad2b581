/**
 * What Kong's status listener tells a collector under the configuration that is generated here: names, labels and buckets
 * of kong/plugins/prometheus/exporter.lua at 3.9.3, whose prefix is `kong_`. Bandwidth and the health of upstreams are not
 * among them: the plugin is not told to measure them. What Kong tells of its own process beside these is not used.
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

const upstreamBuckets = [25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10_000, 30_000, 60_000]

/** Times of a request in milliseconds: histograms with the labels and the upper bounds of their buckets. */
export const latencies = {
  labels: ["service", "route", "workspace"],
  /** From the request's head to the last try at the app, or to the gateway's own answer. */
  gateway: {
    name: "kong_latency_ms",
    buckets: [1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000, 3000, 6000],
  },
  /** From the last try at the app to the head of its answer; nothing of a request that the gateway kept from it. */
  upstream: { name: "kong_upstream_latency_ms", buckets: upstreamBuckets },
  /** From the request's head to the end of its answer. */
  request: { name: "kong_request_latency_ms", buckets: upstreamBuckets },
} as const

/** The `route` of the paths that ask a key, which are the API's, and of those that anyone may ask. */
export const routeNames = { api: "optimizer-route", public: "public-route" } as const
