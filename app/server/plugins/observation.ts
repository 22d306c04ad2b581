import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import fp from "fastify-plugin"
import { headers } from "../../contract/headers.ts"
import { liveness, readiness } from "../../contract/service.ts"
import type { Metrics } from "../metrics.ts"

/** Requests over this many seconds are logged as slow; the deployment guide's figure. */
const SLOW_SECONDS = 5

/** Probes come every few seconds and would drown the log. */
const quiet: readonly string[] = [liveness.path, readiness.path]

/** Counts, times and logs every request, and gives its id back to the client. */
export const observation = fp(async (server: FastifyInstance, { metrics }: { metrics: Metrics }) => {
  server.addHook("onRequest", (request, reply, done) => {
    reply.header(headers.requestId, request.id)
    done()
  })

  server.addHook("onResponse", (request, reply, done) => {
    observe(request, reply)
    done()
  })

  function observe(request: FastifyRequest, reply: FastifyReply): void {
    const route = request.route || "unmatched"
    const seconds = reply.elapsedTime / 1000
    metrics.httpRequests.inc({ method: request.method, route, status: String(reply.statusCode) })
    metrics.httpDuration.observe({ method: request.method, route }, seconds)
    if (quiet.includes(route) && reply.statusCode < 400) return
    const line = {
      event_type: "request",
      method: request.method,
      route,
      status: reply.statusCode,
      seconds,
      ...(request.actor === "" ? {} : { actor: request.actor }),
    }
    if (seconds > SLOW_SECONDS) request.log.warn({ ...line, event_type: "slow_request" }, "Slow request")
    else request.log.info(line, "Request")
  }
})
