import { randomBytes } from "node:crypto"
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from "fastify"
import { service as contract } from "../../../../app/contract/service.ts"
import type { KongConfig } from "../../../gateway/schema.ts"
import { admit } from "./access.ts"
import { answerBody, answers, type OwnAnswer } from "./answers.ts"
import { type Exchange, openExchange, timesOf } from "./exchange.ts"
import { asksToContinue, finishHeaders, type Headers, upstreamHeaders } from "./headers.ts"
import { readKeys } from "./key-auth.ts"
import { type Limiter, openLimiter } from "./limiter.ts"
import { openMetrics } from "./metrics.ts"
import { forward, registerUpstream } from "./upstream.ts"

declare module "fastify" {
  interface FastifyRequest {
    exchange: Exchange | undefined
    /** Whether the gateway itself answered. */
    answeredHere: boolean
  }
}

export interface LocalGateway {
  readonly proxy: FastifyInstance
  readonly status: FastifyInstance
}

/**
 * The gateway of the local target: it reads the configuration that Kong would read and answers as Kong would. Nothing
 * listens yet; closing `proxy` lets requests under way finish and closes `status` after them.
 *
 * Where it differs: it speaks HTTP/1.1 alone; its own answers are always JSON; a GET's body is not passed on; a body of
 * more than 64 KiB whose length is known is sent once, whatever the method; what a client names in Connection cannot take
 * away a header that the gateway sets; and encoded dot segments (`..%2f`) are refused with 400, where Kong leaves them to
 * the app.
 */
export async function openGateway(config: KongConfig): Promise<LocalGateway> {
  const proxy = fastify({
    logger: { level: "info" },
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    genReqId: () => randomBytes(16).toString("hex"),
    requestTimeout: contract.requestTimeoutSeconds * 1000,
    // Kong serves what its kept connections still bring while it drains.
    return503OnClosing: false,
    // Fastify's own router would decode and refuse paths by its rules: every request takes the one hook below instead.
    rewriteUrl: () => "/",
  })
  // A client that asks before it sends its body is told to go on only once the request is let through.
  proxy.server.on("checkContinue", (raw, response) => proxy.server.emit("request", raw, response))
  const keys = readKeys(config)
  const limiters = await openLimiters(config, proxy)
  let draining = false
  const metrics = openMetrics(() => !draining)
  for (const service of config.services) await registerUpstream(proxy, service)

  proxy.decorateRequest("exchange", undefined)
  proxy.decorateRequest("answeredHere", false)

  // Before Fastify parses a body: the body is only passed on.
  proxy.addHook("onRequest", async (request, reply) => {
    const exchange = openExchange(config, request)
    request.exchange = exchange
    const { path, route, service } = exchange
    if (path === undefined) return answer(request, reply, exchange, answers.badRequest)
    if (!route || !service) return answer(request, reply, exchange, answers.noRoute)

    const own = await admit(request, reply, exchange, { keys, limiter: limiters.get(route.name) })
    if (own) return answer(request, reply, exchange, own)

    return forward(request, reply, {
      service,
      path,
      query: exchange.query,
      measured: exchange.measured,
      upstreamHeaders: (sent) => {
        exchange.asked = performance.now()
        return upstreamHeaders(sent, exchange.arrival, exchange)
      },
      answerHeaders: (received) => finish(request, exchange, received),
      fail: (failure) => answer(request, reply, exchange, failure),
    })
  })

  proxy.setErrorHandler((error, request, reply) => {
    const exchange = request.exchange ?? openExchange(config, request)
    if (isBadPath(error)) return answer(request, reply, exchange, answers.badRequest)
    request.log.error({ event: "failed", reason: String(error) }, "the gateway failed")
    return answer(request, reply, exchange, answers.unexpected)
  })

  proxy.addHook("onResponse", async (request, reply) => {
    const { exchange, answeredHere: own } = request
    const { route, service, consumer = "", plugins, arrival, id } = exchange ?? {}
    const { statusCode: status } = reply
    if (exchange && plugins?.prometheus && route && service) {
      const times = timesOf(exchange, performance.now())
      metrics.measure({ service: service.name, route: route.name, status, consumer, own, times })
    }
    const details = { method: request.method, path: arrival?.path, status, consumer, own, correlation_id: id }
    request.log.info({ event: "answered", ...details, ms: Math.round(reply.elapsedTime) }, "answered")
  })

  proxy.addHook("preClose", async () => {
    draining = true
  })
  proxy.addHook("onClose", async () => {
    for (const limiter of limiters.values()) limiter.close()
    await metrics.status.close()
  })
  return { proxy, status: metrics.status }
}

/** A path that reply-from refuses to pass on: encoded dot segments, or bytes that are no UTF-8. */
function isBadPath(error: unknown): boolean {
  return error instanceof URIError || (error instanceof Error && "statusCode" in error && error.statusCode === 400)
}

/** A limiter for each route that has limits, by the route's name: Kong, too, counts each use of the plugin apart. */
async function openLimiters(config: KongConfig, { log }: FastifyInstance): Promise<Map<string, Limiter>> {
  const limiters = new Map<string, Limiter>()
  for (const { routes } of config.services) {
    for (const { name, plugins } of routes) {
      for (const plugin of plugins) {
        if (plugin.name === "rate-limiting") limiters.set(name, await openLimiter(plugin.config, name, log))
      }
    }
  }
  return limiters
}

/** An answer of the gateway's own. */
function answer(request: FastifyRequest, reply: FastifyReply, exchange: Exchange, own: OwnAnswer): FastifyReply {
  request.answeredHere = true
  const headers = finish(request, exchange, own.headers ?? {})
  reply.code(own.status).headers(headers)
  // Whether its body still comes is the client's choice then: the next request needs a connection of its own.
  if (asksToContinue(request.headers)) reply.header("connection", "close")
  // A client that is still sending would lose the answer with the connection; nginx, too, lingers over it.
  else if (!request.raw.complete) reply.raw.shouldKeepAlive = true
  if (own.message === undefined) return reply.send()
  return reply.type("application/json; charset=utf-8").send(answerBody(own.message, request.id))
}

function finish({ headers }: FastifyRequest, exchange: Exchange, answered: Headers): Headers {
  exchange.answered = performance.now()
  const { id, preflight, limits, plugins } = exchange
  return finishHeaders(answered, plugins, { id, preflight, limits, origin: headers.origin })
}
