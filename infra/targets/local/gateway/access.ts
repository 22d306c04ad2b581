import type { FastifyReply, FastifyRequest } from "fastify"
import type { EffectivePlugins } from "../../../gateway/effective.ts"
import { answers, type OwnAnswer } from "./answers.ts"
import { BodyTooLargeError, readWhole } from "./body.ts"
import { preflightAnswer } from "./cors.ts"
import type { Exchange } from "./exchange.ts"
import { asksToContinue } from "./headers.ts"
import { authenticate, hiddenHeaders, type Keys, withoutKey } from "./key-auth.ts"
import type { Limiter } from "./limiter.ts"

const mebibyte = 2 ** 20

/** The largest body that passes, in bytes. */
function bodyLimit(plugins: EffectivePlugins): number {
  const settings = plugins["request-size-limiting"]
  return settings ? settings.allowed_payload_size * mebibyte : Number.POSITIVE_INFINITY
}

/**
 * Runs the plugins on a request, in Kong's order, and writes into the exchange what they find. Yields the answer of the
 * first that has one; undefined lets the request through.
 */
export async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  exchange: Exchange,
  { keys, limiter }: { keys: Keys; limiter: Limiter | undefined },
): Promise<OwnAnswer | undefined> {
  const { plugins } = exchange
  const correlation = plugins["correlation-id"]
  if (correlation) exchange.set[correlation.header_name.toLowerCase()] = exchange.id

  if (plugins.cors && exchange.preflight) return preflightAnswer(plugins.cors, request.headers.origin)

  const keyAuth = plugins["key-auth"]
  if (keyAuth) {
    const found = authenticate(keyAuth, keys, request.raw)
    if ("status" in found) return found
    exchange.consumer = found.username
    exchange.remove.push(...hiddenHeaders(keyAuth))
    exchange.query = withoutKey(keyAuth, exchange.query)
    Object.assign(exchange.set, found.headers)
  }

  const misfit = await measureBody(request, reply, exchange)
  if (misfit) return misfit

  const limits = plugins["rate-limiting"]
  if (limits && limiter) {
    const refusal = await countRequest(exchange, limiter, limits.fault_tolerant)
    if (refusal) return refusal
  }

  for (const name of plugins["request-transformer"]?.remove.headers ?? []) {
    exchange.remove.push(name)
    delete exchange.set[name.toLowerCase()]
  }
  return undefined
}

/**
 * A body of unknown length is read before anything is counted or asked of the app (kong/plugins/request-size-limiting/
 * handler.lua at 3.9.3), so that nothing of one that is too large gets there.
 */
async function measureBody(
  { raw, headers }: FastifyRequest,
  reply: FastifyReply,
  exchange: Exchange,
): Promise<OwnAnswer | undefined> {
  const limit = bodyLimit(exchange.plugins)
  const tooLarge = asksToContinue(headers) ? answers.tooLargeToBegin : answers.tooLarge
  if (headers["transfer-encoding"] === undefined) {
    return Number(headers["content-length"] ?? 0) > limit ? tooLarge : undefined
  }
  if (asksToContinue(headers)) reply.raw.writeContinue()
  try {
    exchange.measured = await readWhole(raw, limit)
    return undefined
  } catch (error) {
    if (error instanceof BodyTooLargeError) return tooLarge
    // The client broke off: nobody is left to be answered.
    if (raw.destroyed) return answers.badRequest
    throw error
  }
}

/** A request that cannot be counted passes without a word on limits, or fails. */
async function countRequest(
  exchange: Exchange,
  limiter: Limiter,
  faultTolerant: boolean,
): Promise<OwnAnswer | undefined> {
  const verdict = await limiter.count(exchange.consumer || exchange.arrival.client, Date.now())
  if (!verdict) return faultTolerant ? undefined : answers.unexpected
  exchange.limits = verdict.headers
  return verdict.exceeded ? answers.tooMany : undefined
}
