import fastify, { type FastifyInstance } from "fastify"
import { Counter, Registry } from "prom-client"
import { requestsTotal, sources, workspace } from "../../../gateway/metrics.ts"

export interface Metrics {
  /** Counts one answer of a route, by who gave it. */
  count(answer: { service: string; route: string; status: number; consumer: string; own: boolean }): void
  /** What Kong's status listener answers: /status, /status/ready while it takes requests, and /metrics. */
  readonly status: FastifyInstance
}

/** The metric that Kong's prometheus plugin gives of requests. */
export function openMetrics(isReady: () => boolean): Metrics {
  const registry = new Registry()
  const answered = new Counter({
    name: requestsTotal.name,
    help: "HTTP status codes per consumer/service/route in Kong",
    labelNames: requestsTotal.labels,
    registers: [registry],
  })
  const status = fastify()
  status.get("/metrics", async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  status.get("/status", async () => ({ server: { gateway: "local" } }))
  status.get("/status/ready", async (_, reply) =>
    isReady() ? { message: "ready" } : reply.code(503).send({ message: "draining" }),
  )
  return {
    count: ({ service, route, status: code, consumer, own }) =>
      answered.inc({ service, route, code, consumer, source: own ? sources.gateway : sources.app, workspace }),
    status,
  }
}
