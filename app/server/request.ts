import type { FastifyRequest } from "fastify"
import type { Context } from "../data/audit.ts"

/** Who asks and under which id: what rooms write into rows and audit. */
export function contextOf(request: FastifyRequest): Context {
  return { actor: request.actor, requestId: request.id }
}
