import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox"
import Type from "typebox"
import { routes } from "../../contract/routes.ts"
import { deleteResult, listResults, readResult } from "../../results/results.ts"
import { ResultPage, StoredResult } from "../../results/schema.ts"
import { contextOf } from "../request.ts"
import { IdParams, PageQuerySchema } from "../schemas.ts"
import type { Services } from "../services.ts"

/** The answers that were stored, each read only by whoever asked for it. */
export const resultRoutes: FastifyPluginAsyncTypebox<Services> = async (server, { database }) => {
  const tags = ["results"]

  server.get(
    routes.results,
    {
      schema: {
        tags,
        summary: "Your results, newest first",
        querystring: PageQuerySchema,
        response: { 200: ResultPage },
      },
    },
    (request) => listResults(database, contextOf(request), request.query),
  )

  server.get(
    `${routes.results}/:id`,
    { schema: { tags, summary: "One result, with its request", params: IdParams, response: { 200: StoredResult } } },
    (request) => readResult(database, request.params.id, contextOf(request)),
  )

  server.delete(
    `${routes.results}/:id`,
    { schema: { tags, summary: "Delete one result", params: IdParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await deleteResult(database, request.params.id, contextOf(request))
      return reply.status(204).send(null)
    },
  )
}
