import type { FastifyInstance } from "fastify"
import fp from "fastify-plugin"
import { ProblemError } from "../../problem.ts"
import type { Metrics } from "../metrics.ts"
import { isUnderApi } from "./authentication.ts"

interface CapacityOptions {
  readonly concurrency: number
  readonly metrics: Metrics
}

/** A replica serves so many API requests at a time; the next is told to come again rather than left to time out. */
export const capacity = fp(async (server: FastifyInstance, { concurrency, metrics }: CapacityOptions) => {
  let underWay = 0
  const count = (change: 1 | -1) => {
    underWay += change
    metrics.requestsUnderWay.set(underWay)
  }
  server.addHook("onRequest", async (request, reply) => {
    if (!isUnderApi(request)) return
    if (underWay >= concurrency) {
      throw new ProblemError("overloaded", `This replica serves ${concurrency} requests at a time.`, {
        retryAfter: 1,
      })
    }
    count(1)
    reply.raw.once("close", () => {
      count(-1)
    })
  })
})
