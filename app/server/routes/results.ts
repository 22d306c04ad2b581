import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox"
import Type from "typebox"
import { routes } from "../../contract/routes.ts"
import { readReport } from "../../results/read-report.ts"
import { pointLimit, Report } from "../../results/report-schema.ts"
import { deleteResult, listResults, readResult } from "../../results/results.ts"
import { ResultPage, StoredResult } from "../../results/schema.ts"
import { contextOf, leaving, sendAs, sendJson } from "../request.ts"
import { IdParams, PageQuerySchema } from "../schemas.ts"
import type { Services } from "../services.ts"

const CSV = "text/csv"

/** Whether CSV is asked for by name: `*\/*` and an absent header mean JSON. */
const wantsCsv = (accept = "") => accept.split(",").some((range) => range.split(";")[0]?.trim().toLowerCase() === CSV)

const ReportQuery = Type.Object(
  {
    points: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: pointLimit.most,
        description: `Points of each curve; ${pointLimit.default} when nothing is said.`,
      }),
    ),
  },
  { additionalProperties: false },
)

/** The answers that were stored, each read only by whoever asked for it. */
export const resultRoutes: FastifyPluginAsyncTypebox<Services> = async (server, { database, solver }) => {
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
    // Not by the schema's serializer: it reads the pattern of channel names without its "u", and drops all that have a c or s
    async (request, reply) =>
      sendJson(reply, JSON.stringify(await readResult(database, request.params.id, contextOf(request)))),
  )

  server.get(
    `${routes.results}/:id/report`,
    {
      schema: {
        tags,
        summary: "What one result changes and why, with curves to draw; its channels as CSV with Accept: text/csv",
        params: IdParams,
        querystring: ReportQuery,
        response: {
          200: {
            description: "The report.",
            content: { "application/json": { schema: Report }, [CSV]: { schema: Type.String() } },
          },
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const isCsv = wantsCsv(request.headers.accept)
      const asked = { points: request.query.points, format: isCsv ? ("csv" as const) : ("json" as const) }
      const text = await readReport({ database, solver }, id, contextOf(request), asked, { signal: leaving(reply) })
      reply.header("Vary", "Accept")
      if (!isCsv) return sendJson(reply, text)
      reply.header("Content-Disposition", `attachment; filename="report-${id}.csv"`)
      return sendAs(reply, `${CSV}; charset=utf-8; header=present`, text)
    },
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
