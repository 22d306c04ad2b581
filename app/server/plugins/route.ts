import type { FastifyInstance } from "fastify"
import fp from "fastify-plugin"
import { routes } from "../../contract/routes.ts"

declare module "fastify" {
  interface FastifyRequest {
    /** The pattern of the route that answers, such as /api/v1/jobs/:id; empty where there is none. */
    route: string
    /** By the matched route, never by the raw URL: the router decodes `/%61pi/…` and would still find the route. */
    isUnderApi: boolean
  }
}

/** Reads a request's route once, for all hooks: Fastify makes `routeOptions` anew at each reading. */
export const route = fp(async (server: FastifyInstance) => {
  server.decorateRequest("route", "")
  server.decorateRequest("isUnderApi", false)
  server.addHook("onRequest", (request, _reply, done) => {
    request.route = request.routeOptions.url ?? ""
    request.isUnderApi = request.route.startsWith(`${routes.api}/`)
    done()
  })
})
