import type { FastifyInstance } from "fastify"
import Type from "typebox"
import { routes } from "../../contract/routes.ts"
import type { Metrics } from "../metrics.ts"
import type { Settings } from "../settings.ts"

/** What a replica needs to answer: the database with this release's schema, and at least one model. */
export interface Checks {
  readonly database: boolean
  /** Whether Redis answers. False does not take a replica out of service: it optimizes without the cache. */
  readonly redis: boolean
  readonly models: boolean
}

const HealthSchema = Type.Object({
  status: Type.Literal("healthy"),
  version: Type.String(),
  revision: Type.String(),
  built: Type.String(),
})

const ReadySchema = Type.Object({
  ready: Type.Boolean(),
  checks: Type.Object({ database: Type.Boolean(), redis: Type.Boolean(), models: Type.Boolean() }),
})

export function isReady(checks: Checks): boolean {
  return checks.database && checks.models
}

/** As it is: a process that starts answers its probes before it has compiled a serializer. */
const serializerCompiler = () => JSON.stringify

/** Liveness, readiness and metrics: for probes, collectors and people, never through a consumer's limits. */
export async function healthRoutes(
  server: FastifyInstance,
  options: { settings: Settings; metrics: Metrics; check: () => Promise<Checks> },
) {
  const { VERSION: version, REVISION: revision, BUILD_DATE: built } = options.settings

  server.get(
    routes.health,
    {
      schema: { tags: ["health"], summary: "Is the process alive", response: { 200: HealthSchema } },
      serializerCompiler,
    },
    async () => ({ status: "healthy", version, revision, built }),
  )

  server.get(
    routes.ready,
    {
      schema: {
        tags: ["health"],
        summary: "Can this replica answer",
        description:
          "503 when the database or the models fail, and once the replica leaves; redis alone does not matter.",
        response: { 200: ReadySchema, 503: ReadySchema },
      },
      serializerCompiler,
    },
    async (_request, reply) => {
      const checks = await options.check()
      const ready = isReady(checks) && !server.isLeaving()
      return reply.status(ready ? 200 : 503).send({ ready, checks })
    },
  )

  server.get(routes.metrics, { schema: { hide: true } }, async (_request, reply) => {
    const { registry } = options.metrics
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}
