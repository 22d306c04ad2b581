import { createHash } from "node:crypto"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import fp from "fastify-plugin"
import { headers } from "../../contract/headers.ts"
import type { Database } from "../../data/database.ts"
import { holdClaims } from "../../data/held-claims.ts"
import {
  abandonIdempotent,
  beginIdempotent,
  type Claim,
  finishIdempotent,
  idempotencyLimits,
} from "../../data/idempotency.ts"
import { ProblemError } from "../../problem.ts"

declare module "fastify" {
  interface FastifyRequest {
    /** The key under which this request's answer is kept, once it was found to be the first. */
    idempotency: Claim | null
  }
}

const header = headers.idempotencyKey.toLowerCase()
const KEY = /^[\x21-\x7e]{1,255}$/

/** Headers of an answer that a replay must carry too. */
const KEPT_HEADERS = ["content-type", "location", "preference-applied"]

/**
 * A POST with an Idempotency-Key is carried out once: the same request again gets the first one's answer, another
 * request under the same key is refused. An answer of 5xx is not kept: the request may be sent again. While the first is
 * carried out its process says so to the database; when the process dies, the request is carried out when it is next sent.
 */
export const idempotency = fp(async (server: FastifyInstance, { database }: { database: Database }) => {
  server.decorateRequest("idempotency", null)
  const held = holdClaims(database, server.log)
  server.addHook("onClose", (_server, done) => {
    held.stop()
    done()
  })

  server.addHook("preHandler", (request, reply, done) => {
    const key = request.headers[header]
    if (request.method !== "POST" || request.actor === "" || key === undefined) return done()
    return claim(key, request, reply)
  })

  async function claim(key: string | string[], request: FastifyRequest, reply: FastifyReply) {
    if (typeof key !== "string" || !KEY.test(key)) {
      throw new ProblemError("invalid-parameter", "An idempotency key is 1 to 255 visible ASCII characters.", {
        errors: [{ path: headers.idempotencyKey, message: "must be 1 to 255 visible ASCII characters" }],
      })
    }
    const begun = await beginIdempotent(database, {
      key,
      actor: request.actor,
      route: `${request.method} ${request.routeOptions.url ?? ""}`,
      requestHash: hashRequest(request),
    })
    switch (begun.state) {
      case "first":
        request.idempotency = { key, actor: request.actor, token: begun.token }
        held.add(request.idempotency)
        return
      case "replay":
        return reply.status(begun.status).headers(begun.headers).header("Idempotency-Replayed", "true").send(begun.body)
      case "in-progress":
        throw new ProblemError(
          "idempotency-in-progress",
          `Ask again, with the same key: you get the first request's answer when it has ended, or, ${idempotencyLimits.silentSeconds} s after its process died, your own.`,
          { retryAfter: 1 },
        )
      case "mismatch":
        throw new ProblemError("idempotency-mismatch", "Use a new key for another request.")
    }
  }

  server.addHook("onSend", (request, reply, payload, done) => {
    const claim = request.idempotency
    if (!claim) return done()
    request.idempotency = null
    return keep(claim, request, reply, payload)
  })

  async function keep(claim: Claim, request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> {
    try {
      if (reply.statusCode >= 500) {
        held.remove(claim)
        return await abandonIdempotent(database, claim)
      }
      const kept = KEPT_HEADERS.flatMap((name) => {
        const value = reply.getHeader(name)
        return value === undefined ? [] : [[name, String(value)]]
      })
      await finishIdempotent(database, {
        ...claim,
        status: reply.statusCode,
        headers: Object.fromEntries(kept),
        body: String(payload),
      })
    } catch (error) {
      // The work is done and the client is owed its answer; the key frees itself when its row is stale.
      request.log.warn(
        { event_type: "idempotency", err: error },
        "The answer could not be kept for its idempotency key",
      )
    } finally {
      held.remove(claim)
    }
  }
})

/** The same hash for the same request: method, target and body. */
function hashRequest(request: FastifyRequest): string {
  return createHash("sha256")
    .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
    .digest("hex")
}
