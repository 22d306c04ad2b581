import { createHash, timingSafeEqual } from "node:crypto"
import type { FastifyInstance, FastifyRequest } from "fastify"
import fp from "fastify-plugin"
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose"
import { headers } from "../../contract/headers.ts"
import { ProblemError } from "../../problem.ts"
import type { Settings } from "../settings.ts"

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks: the gateway's consumer or the token's subject. Empty outside /api. */
    actor: string
  }
}

/** How long a name may be that goes into rows and logs. */
const MAX_ACTOR = 200

type Identify = (request: FastifyRequest) => Promise<string> | string

/** Every request under /api is somebody's: 401 otherwise. */
export const authentication = fp(async (server: FastifyInstance, options: { settings: Settings }) => {
  const identify = identifier(options.settings)
  server.decorateRequest("actor", "")
  server.addHook("onRequest", (request, _reply, done) => {
    if (!request.isUnderApi) return done()
    const actor = identify(request)
    // A name that is known at once is not waited for
    if (typeof actor !== "string") return actor.then((name) => accept(request, name))
    accept(request, actor)
    done()
  })
})

function accept(request: FastifyRequest, actor: string): void {
  if (actor === "" || actor.length > MAX_ACTOR) {
    throw new ProblemError("unauthenticated", `A name of 1 to ${MAX_ACTOR} characters is needed.`)
  }
  request.actor = actor
}

function identifier(settings: Settings): Identify {
  switch (settings.AUTH) {
    case "none":
      return () => "anonymous"
    case "gateway":
      return (request) => {
        const name = request.headers[headers.consumer.toLowerCase()]
        if (typeof name === "string" && name !== "") return name
        throw new ProblemError("unauthenticated", `Ask through the gateway, with a key in ${headers.apiKey}.`)
      }
    case "jwt": {
      const secret = new TextEncoder().encode(settings.JWT_SECRET)
      return (request) => verify(request, secret, { algorithms: ["HS256"] })
    }
    case "oidc": {
      const keys = issuerKeys(settings.OIDC_ISSUER ?? "")
      return async (request) => {
        const options = { issuer: settings.OIDC_ISSUER ?? "", audience: settings.OIDC_AUDIENCE ?? "" }
        // Read the token first, so that a request without one never makes this process ask the issuer.
        bearer(request)
        return verify(request, await keys(), options)
      }
    }
  }
}

function bearer(request: FastifyRequest): string {
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? "")?.[1]
  if (!token) throw new ProblemError("unauthenticated", "Send a token: Authorization: Bearer <token>.")
  return token
}

async function verify(
  request: FastifyRequest,
  key: Uint8Array | JWTVerifyGetKey,
  options: { algorithms?: string[]; issuer?: string; audience?: string },
): Promise<string> {
  const token = bearer(request)
  const checks = { ...options, requiredClaims: ["exp", "sub"] }
  try {
    const { payload } = await (key instanceof Uint8Array
      ? jwtVerify(token, key, checks)
      : jwtVerify(token, key, checks))
    return payload.sub ?? ""
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new ProblemError("unauthenticated", "The token has expired.")
    if (error instanceof errors.JWKSTimeout) throw issuerAway(error)
    if (error instanceof errors.JOSEError) throw new ProblemError("unauthenticated", "The token is not valid.")
    throw issuerAway(error)
  }
}

/** The issuer's key set, found by discovery at the first token; a failed discovery is tried again at the next. */
function issuerKeys(issuer: string): () => Promise<JWTVerifyGetKey> {
  let found: Promise<JWTVerifyGetKey> | undefined
  const discover = async () => {
    const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) })
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
    const { jwks_uri: keys } = (await answer.json()) as { jwks_uri?: unknown }
    if (typeof keys !== "string") throw new Error(`${url} names no jwks_uri`)
    return createRemoteJWKSet(new URL(keys))
  }
  return () => {
    found ??= discover().catch((error: unknown) => {
      found = undefined
      throw issuerAway(error)
    })
    return found
  }
}

function issuerAway(cause: unknown): ProblemError {
  return new ProblemError("identity-unavailable", "The issuer's keys cannot be read now.", { cause, retryAfter: 5 })
}

/** Refuses whoever does not hold the operator's key, without telling by time how much of it was right. */
export function requireOperator(request: FastifyRequest, operatorKey: string | undefined): void {
  if (operatorKey === undefined) {
    throw new ProblemError(
      "forbidden",
      "The operator's routes are closed: this process was started without OPERATOR_KEY.",
    )
  }
  const given = request.headers[headers.operatorKey.toLowerCase()]
  const digest = (text: string) => createHash("sha256").update(text).digest()
  if (typeof given !== "string" || !timingSafeEqual(digest(given), digest(operatorKey))) {
    throw new ProblemError("forbidden", `Send the operator's key in ${headers.operatorKey}.`)
  }
}
