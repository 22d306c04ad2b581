import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox"
import { routes } from "../../contract/routes.ts"
import { Job } from "../../jobs/schema.ts"
import { contextOf } from "../request.ts"
import { IdParams } from "../schemas.ts"
import type { Services } from "../services.ts"

/** Optimizations that a worker carries out; made by the optimize route with `Prefer: respond-async`. */
export const jobRoutes: FastifyPluginAsyncTypebox<Services> = async (server, { queue }) => {
  const tags = ["jobs"]

  server.get(
    `${routes.jobs}/:id`,
    {
      schema: {
        tags,
        summary: "One job, and its result's id once it has succeeded",
        params: IdParams,
        response: { 200: Job },
      },
    },
    (request) => queue.read(request.params.id, contextOf(request)),
  )

  server.delete(
    `${routes.jobs}/:id`,
    { schema: { tags, summary: "Cancel a job that waits or runs", params: IdParams, response: { 200: Job } } },
    (request) => queue.cancel(request.params.id, contextOf(request)),
  )
}
