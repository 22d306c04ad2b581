import type { FastifyReply, FastifyRequest } from "fastify"
import type { Context } from "../data/audit.ts"

/** Who asks and under which id: what rooms write into rows and audit. */
export function contextOf(request: FastifyRequest): Context {
  return { actor: request.actor, requestId: request.id }
}

/**
 * Gives one signal, aborted when the client leaves before it was answered: nobody would read what is still computed. It
 * is made when it is first asked for, since most requests are answered before anything waits.
 */
export function leaving({ raw }: FastifyReply): () => AbortSignal {
  let gone: AbortController | undefined
  return () => {
    if (gone) return gone.signal
    const made = new AbortController()
    gone = made
    const leave = () => {
      // Also emitted after an answer that was sent whole, when nothing is left to give up
      if (!raw.writableFinished) made.abort(new Error("The client closed the connection."))
    }
    if (raw.closed) leave()
    else raw.once("close", leave)
    return made.signal
  }
}

/** Answers with what is JSON already. */
export function sendJson(reply: FastifyReply, json: string | Buffer): FastifyReply {
  return sendAs(reply, "application/json; charset=utf-8", json)
}

/** Answers with what is written already. */
export function sendAs(reply: FastifyReply, type: string, content: string | Buffer): FastifyReply {
  return reply.header("content-type", type).send(content)
}
