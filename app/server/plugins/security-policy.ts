import type { FastifyInstance } from "fastify"
import fp from "fastify-plugin"
import { securityHeaders } from "../../contract/security.ts"

/** The contract's headers on every answer; a route that needs a wider policy, as the API page does, sets its own. */
export const securityPolicy = fp(async (server: FastifyInstance) => {
  server.addHook("onRequest", (_request, reply, done) => {
    reply.headers(securityHeaders)
    done()
  })
})
