import fastify, { type FastifyInstance } from "fastify"
import { Counter, Histogram, Registry } from "prom-client"
import { latencies, requestsTotal, sources, workspace } from "../../../gateway/metrics.ts"

/** One answer of a route, and who gave it. Times are in milliseconds. */
export interface Answered {
  readonly service: string
  readonly route: string
  readonly status: number
  readonly consumer: string
  readonly own: boolean
  readonly times: Times
}

export interface Times {
  /** What the gateway took before it asked the app, or answered itself. */
  readonly gateway: number
  /** What the app took to begin its answer; undefined where it was not asked. */
  readonly upstream: number | undefined
  readonly whole: number
}

export interface Metrics {
  measure(answered: Answered): void
  /** What Kong's status listener answers: /status, /status/ready while it takes requests, and /metrics. */
  readonly status: FastifyInstance
}

/** The metrics that Kong's prometheus plugin gives of requests. */
export function openMetrics(isReady: () => boolean): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const answered = new Counter({
    name: requestsTotal.name,
    help: "HTTP status codes per consumer/service/route in Kong",
    labelNames: requestsTotal.labels,
    registers,
  })
  const histogram = ({ name, buckets }: { name: string; buckets: readonly number[] }, help: string) =>
    new Histogram({ name, help, labelNames: latencies.labels, buckets: [...buckets], registers })
  const gateway = histogram(latencies.gateway, "Time in the gateway for each service/route in Kong")
  const upstream = histogram(latencies.upstream, "Time until the upstream answers for each service/route in Kong")
  const whole = histogram(latencies.request, "Time of a request for each service/route in Kong")
  const status = fastify()
  status.get("/metrics", async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  status.get("/status", async () => ({ server: { gateway: "local" } }))
  status.get("/status/ready", async (_, reply) =>
    isReady() ? { message: "ready" } : reply.code(503).send({ message: "draining" }),
  )
  return {
    measure({ service, route, status: code, consumer, own, times }) {
      const of = { service, route, workspace }
      answered.inc({ ...of, code, consumer, source: own ? sources.gateway : sources.app })
      gateway.observe(of, times.gateway)
      if (times.upstream !== undefined) upstream.observe(of, times.upstream)
      whole.observe(of, times.whole)
    },
    status,
  }
}
