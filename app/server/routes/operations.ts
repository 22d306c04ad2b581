import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox"
import Type from "typebox"
import { routes } from "../../contract/routes.ts"
import type { Database } from "../../data/database.ts"
import { type ModeWatch, modes, writeMode } from "../../data/mode.ts"
import { requireOperator } from "../plugins/authentication.ts"
import { contextOf } from "../request.ts"
import type { Settings } from "../settings.ts"

const ModeSchema = Type.Object(
  {
    mode: Type.Enum([...modes], {
      description: "normal, read-only (nothing is written), maintenance (nothing is answered)",
    }),
  },
  { additionalProperties: false },
)

/** The operator's switch: one row that every replica reads, so that no restart is needed. */
export const operationsRoutes: FastifyPluginAsyncTypebox<{
  settings: Settings
  database: Database
  watch: ModeWatch
}> = async (server, { settings, database, watch }) => {
  server.addHook("preHandler", async (request) => requireOperator(request, settings.OPERATOR_KEY))

  server.get(
    routes.mode,
    { schema: { tags: ["operations"], summary: "The service's mode", response: { 200: ModeSchema } } },
    async () => ({ mode: watch.current() }),
  )

  server.put(
    routes.mode,
    {
      schema: {
        tags: ["operations"],
        summary: "Switch the service's mode, for all replicas",
        body: ModeSchema,
        response: { 200: ModeSchema },
      },
    },
    async (request) => {
      const { mode } = request.body
      await database.transaction((tx) => writeMode(tx, mode, contextOf(request)))
      // This replica at once; the others when they next read the row.
      await watch.refresh()
      return { mode }
    },
  )
}
