import type { FastifyInstance, FastifyRequest } from "fastify"
import fp from "fastify-plugin"
import { problems } from "../../contract/problems.ts"
import { routes } from "../../contract/routes.ts"
import type { ModeWatch } from "../../data/mode.ts"
import { ProblemError } from "../../problem.ts"

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether a request of this route writes; a function where its body decides. Absent: every method but GET does. */
    writes?: boolean | ((request: FastifyRequest) => boolean)
  }
}

/** Seconds after which a client may ask again; the deployment guide's figure. */
const RETRY_AFTER_SECONDS = 3600

/** Answered in maintenance too: probes and collectors, and the switch itself. */
const exempt: readonly string[] = [routes.health, routes.ready, routes.metrics, routes.debugStatus, routes.mode]

const READS = new Set(["GET", "HEAD", "OPTIONS"])

/** Holds the service's mode: in maintenance nothing is answered, in read-only mode nothing is written. */
export const mode = fp(async (server: FastifyInstance, { watch }: { watch: ModeWatch }) => {
  server.addHook("onRequest", (request, _reply, done) => {
    if (watch.current() !== "maintenance" || exempt.includes(request.route)) return done()
    throw new ProblemError("maintenance", "Try again later.", {
      retryAfter: RETRY_AFTER_SECONDS,
      extensions: { error: problems.maintenance.title },
    })
  })

  // After validation, since the body of an optimization says whether its answer is stored.
  server.addHook("preHandler", (request, _reply, done) => {
    if (watch.current() !== "read-only" || !request.isUnderApi) return done()
    if (exempt.includes(request.route) || !doesWrite(request)) return done()
    throw new ProblemError("read-only", "Reads answer, and optimizations with store: false. Try again later.", {
      retryAfter: RETRY_AFTER_SECONDS,
    })
  })
})

function doesWrite(request: FastifyRequest): boolean {
  const writes = request.routeOptions.config.writes ?? !READS.has(request.method)
  return typeof writes === "function" ? writes(request) : writes
}
