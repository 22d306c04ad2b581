import type { FastifyReply, FastifyRequest } from "fastify"
import type { Context } from "../data/audit.ts"

/** Who asks and under which id: what rooms write into rows and audit. */
export function contextOf(request: FastifyRequest): Context {
  return { actor: request.actor, requestId: request.id }
}

/** Aborted when the client leaves before it was answered: nobody would read what is still computed. */
export function leaving(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once("close", () => gone.abort(new Error("The client closed the connection.")))
  return gone.signal
}
