import { randomUUID } from "node:crypto"
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox"
import { fastify, LogController } from "fastify"
import { headers } from "../contract/headers.ts"
import { routes } from "../contract/routes.ts"
import { service } from "../contract/service.ts"
import { authentication } from "./plugins/authentication.ts"
import { capacity } from "./plugins/capacity.ts"
import { documentation } from "./plugins/documentation.ts"
import { draining } from "./plugins/draining.ts"
import { idempotency } from "./plugins/idempotency.ts"
import { mode } from "./plugins/mode.ts"
import { observation } from "./plugins/observation.ts"
import { problemDetails } from "./plugins/problem-details.ts"
import { rateLimit } from "./plugins/rate-limit.ts"
import { route } from "./plugins/route.ts"
import { securityPolicy } from "./plugins/security-policy.ts"
import { validation } from "./plugins/validation.ts"
import { debugRoutes } from "./routes/debug.ts"
import { healthRoutes } from "./routes/health.ts"
import { jobRoutes } from "./routes/jobs.ts"
import { modelRoutes } from "./routes/models.ts"
import { operationsRoutes } from "./routes/operations.ts"
import { optimizeRoutes } from "./routes/optimize.ts"
import { resultRoutes } from "./routes/results.ts"
import { lazySerializers } from "./serialization.ts"
import type { Services } from "./services.ts"

/** Names that a client may give its request; others get a new one, so that a log line cannot be forged. */
const requestIdHeader = headers.requestId.toLowerCase()
const REQUEST_ID = /^[\w.#:-]{1,128}$/

/** Longer than the gateway keeps an idle connection to its upstream (Kong's default is 60 s), so it never races. */
const KEEP_ALIVE_MS = 75_000

export type Server = Awaited<ReturnType<typeof buildServer>>

/**
 * The HTTP server with every plugin and the routes of the process's roles, not yet listening. Hooks run in the order
 * of registration: what is counted, then who asks, then whether it may be answered now.
 */
export async function buildServer(services: Services, buildSerializer = lazySerializers()) {
  const { settings, metrics } = services
  const server = fastify({
    loggerInstance: services.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    requestIdHeader: false,
    genReqId: (request) => {
      const given = request.headers[requestIdHeader]
      return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID()
    },
    bodyLimit: service.bodyLimitMebibytes * 1024 * 1024,
    requestTimeout: service.requestTimeoutSeconds * 1000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: "idle",
    // What a kept connection still brings is served, and its connection closed: a 503 would reach the client.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true },
    schemaController: { compilersFactory: { buildSerializer } },
  }).withTypeProvider<TypeBoxTypeProvider>()

  // The API speaks JSON; Fastify would hand plain text to a schema, which could only misname the mistake.
  server.removeContentTypeParser("text/plain")

  await server.register(problemDetails)
  await server.register(route)
  await server.register(validation)
  await server.register(securityPolicy)
  await server.register(draining)
  await server.register(observation, { metrics })
  await server.register(authentication, { settings })
  await server.register(mode, { watch: services.watch })
  await server.register(rateLimit, { settings, redis: services.cache.redis, metrics })
  await server.register(capacity, { concurrency: settings.CONCURRENCY, metrics })
  await server.register(idempotency, { database: services.database })
  await server.register(documentation, { settings })

  await server.register(healthRoutes, { settings, metrics, check: services.check })
  if (settings.DEBUG_MODE) await server.register(debugRoutes)
  const serves = (role: (typeof settings.roles)[number]) => settings.roles.includes(role)
  if (serves("optimizer")) await server.register(optimizeRoutes, services)
  if (serves("models")) await server.register(modelRoutes, services)
  if (serves("results")) {
    await server.register(resultRoutes, services)
    await server.register(jobRoutes, services)
  }
  if (serves("optimizer") || serves("models") || serves("results")) {
    await server.register(operationsRoutes, services)
    server.get(routes.root, { schema: { hide: true } }, async (_request, reply) => reply.redirect(routes.docs))
  }
  return server
}
