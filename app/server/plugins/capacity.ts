import type { FastifyInstance } from "fastify"
import fp from "fastify-plugin"
import { ProblemError } from "../../problem.ts"
import type { Metrics } from "../metrics.ts"

interface CapacityOptions {
  readonly concurrency: number
  readonly metrics: Metrics
}

/** A replica serves so many API requests at a time; the next is told to come again rather than left to time out. */
export const capacity = fp(async (server: FastifyInstance, { concurrency, metrics }: CapacityOptions) => {
  let underWay = 0
  server.addHook("onRequest", (request, reply, done) => {
    if (!request.isUnderApi) return done()
    if (underWay >= concurrency) {
      throw new ProblemError("overloaded", `This replica serves ${concurrency} requests at a time.`, {
        retryAfter: 1,
      })
    }
    underWay += 1
    metrics.requestsUnderWay.inc()
    reply.raw.once("close", () => {
      underWay -= 1
      metrics.requestsUnderWay.dec()
    })
    done()
  })
})
