import { setTimeout as delay } from "node:timers/promises"
import type { FastifyInstance } from "fastify"
import fp from "fastify-plugin"
import { routes } from "../../contract/routes.ts"

declare module "fastify" {
  interface FastifyInstance {
    /** Whether this replica has begun to leave: it is unready, and still answers. */
    isLeaving(): boolean
    /** Makes the replica unready, and resolves when nobody asks it any more; to be awaited before it is closed. */
    leave(): Promise<void>
  }
}

/** Whoever has not asked for so long has been led elsewhere. */
const QUIET_MS = 300
/** Requests that still come after this are not waited for: whoever sends them does not look at readiness. */
const MOST_MS = 3000
const POLL_MS = 20

/** They are asked for whether or not anybody needs the replica. */
const probes: readonly string[] = [routes.health, routes.ready, routes.metrics]

/**
 * A replica leaves without dropping a request. Node closes idle connections together with its listener, and to it a
 * connection is idle as long as it has not read the request that its client has sent already; so a busy replica first
 * says that it is unready, serves until the requests cease, and ends each connection with the answer. Where nothing
 * arrives any more, as after Kubernetes' preStop, this takes no time.
 */
export const draining = fp(async (server: FastifyInstance) => {
  let isLeaving = false
  let lastAsked = Number.NEGATIVE_INFINITY

  server.decorate("isLeaving", () => isLeaving)
  server.decorate("leave", async () => {
    isLeaving = true
    const begun = performance.now()
    if (begun - lastAsked >= QUIET_MS) return
    // Counted in looks, not by the clock: a process that gets no processor for a while has its requests still unread, and
    // would take its own silence for that of whoever asks.
    for (let quiet = 0; quiet < QUIET_MS / POLL_MS && performance.now() - begun < MOST_MS; ) {
      const seen = lastAsked
      await delay(POLL_MS)
      quiet = lastAsked === seen ? quiet + 1 : 0
    }
  })
  server.addHook("onRequest", (request, _reply, done) => {
    if (!probes.includes(request.route)) lastAsked = performance.now()
    done()
  })
  server.addHook("onSend", (_request, reply, _payload, done) => {
    if (isLeaving) reply.header("Connection", "close")
    done()
  })
})
