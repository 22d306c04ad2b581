import type { FastifyInstance } from "fastify"
import fp from "fastify-plugin"
import { ProblemError } from "../../problem.ts"
import { isUnderApi } from "./authentication.ts"

/** A replica serves so many API requests at a time; the next is told to come again rather than left to time out. */
export const capacity = fp(async (server: FastifyInstance, { concurrency }: { concurrency: number }) => {
  let underWay = 0
  server.addHook("onRequest", async (request, reply) => {
    if (!isUnderApi(request)) return
    if (underWay >= concurrency) {
      throw new ProblemError("overloaded", `This replica serves ${concurrency} requests at a time.`, {
        retryAfter: 1,
      })
    }
    underWay += 1
    reply.raw.once("close", () => {
      underWay -= 1
    })
  })
})
