import type { FastifyReply, FastifyRequest } from "fastify"
import type { Context } from "../data/audit.ts"

/** Who asks and under which id: what rooms write into rows and audit. */
export function contextOf(request: FastifyRequest): Context {
  return { actor: request.actor, requestId: request.id }
}

/** Aborted when the client leaves before it was answered: nobody would read what is still computed. */
export function leaving(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once("close", () => {
    // Also emitted after an answer that was sent whole, when nothing is left to give up
    if (!reply.raw.writableFinished) gone.abort(new Error("The client closed the connection."))
  })
  return gone.signal
}

/** Answers with what is JSON already. */
export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header("content-type", "application/json; charset=utf-8").send(json)
}
