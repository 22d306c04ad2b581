import replyFrom from "@fastify/reply-from"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { KongService } from "../../../gateway/schema.ts"
import { answers, type OwnAnswer } from "./answers.ts"
import { requestBody, wholeBody } from "./body.ts"
import { asksToContinue, type Headers } from "./headers.ts"

/**
 * The way to the app. Undici has one clock for writing to and reading from an upstream, which starts anew with each piece
 * written or read; Kong has two, so a configuration that sets them apart cannot be enforced here.
 */
export async function registerUpstream(server: FastifyInstance, service: KongService): Promise<void> {
  if (service.read_timeout !== service.write_timeout) {
    throw new Error(
      `service ${service.name} has read_timeout ${service.read_timeout} and write_timeout ${service.write_timeout}, ` +
        "which the local gateway cannot keep apart: set both to the same",
    )
  }
  await server.register(replyFrom, {
    base: `${service.protocol}://${service.host}:${service.port}`,
    disableRequestLogging: true,
    destroyAgent: true,
    undici: {
      connections: null,
      connect: { timeout: service.connect_timeout },
      headersTimeout: service.read_timeout,
      bodyTimeout: service.read_timeout,
    },
  })
}

export interface Forwarding {
  readonly service: KongService
  /** Normalized. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** The body, where it has been read already. */
  readonly measured: Buffer | undefined
  upstreamHeaders(sent: Headers): Headers
  answerHeaders(received: Headers): Headers
  fail(answer: OwnAnswer): FastifyReply
}

/** Methods whose request nginx sends a second time after it was sent once (proxy_next_upstream without non_idempotent). */
const sentOnce = new Set(["POST", "PATCH", "LOCK"])

const bodiless = new Set(["GET", "HEAD"])

/**
 * Passes the request on and the answer back, both as streams. A failed try is followed by `retries` more, at once, as
 * Kong does: any request that never reached the upstream, and one that did only if its method may be sent twice. An
 * answer of the upstream is an answer, whatever its status.
 */
export function forward(request: FastifyRequest, reply: FastifyReply, forwarding: Forwarding): FastifyReply {
  const { service, measured } = forwarding
  const { method } = request
  const carried = !bodiless.has(method) && hasBody(request)
  const body = carried ? bodyOf(request, measured) : undefined
  if (body) reply.raw.once("finish", () => body.discard())
  if (asksToContinue(request.headers) && !measured) reply.raw.writeContinue()

  const attempt = (triesLeft: number): FastifyReply => {
    request.body = body?.open()
    return reply.from(forwarding.path, {
      // The library would ask again after a 503 that the upstream gave.
      retryDelay: () => null,
      queryString: () => forwarding.query,
      rewriteRequestHeaders: (_, headers) => withBody(forwarding.upstreamHeaders(headers), carried, measured),
      rewriteHeaders: (headers) => forwarding.answerHeaders(headers),
      onError: (_, { error }) => {
        const failure = failureOf(error)
        const resendable = failure.retry && (body?.whole ?? true) && (!failure.sent || !sentOnce.has(method))
        if (request.raw.destroyed && !request.raw.complete) return
        if (resendable && triesLeft > 0) attempt(triesLeft - 1)
        else forwarding.fail(failure.answer)
      },
    })
  }
  return attempt(service.retries)
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0
}

function bodyOf({ raw, method }: FastifyRequest, measured: Buffer | undefined) {
  return measured ? wholeBody(measured) : requestBody(raw, !sentOnce.has(method))
}

function withBody(headers: Headers, carried: boolean, measured: Buffer | undefined): Headers {
  if (!carried) delete headers["content-length"]
  else if (measured) headers["content-length"] = String(measured.length)
  return headers
}

interface Failure {
  readonly answer: OwnAnswer
  /** Whether the upstream may have seen the request. */
  readonly sent: boolean
  readonly retry: boolean
}

/** What went wrong, by the codes of Node and Undici. */
export function failureOf(error: Error): Failure {
  const cause = error.cause instanceof Error ? error.cause : error
  const code = "code" in cause ? String(cause.code) : ""
  // The kernel's own limit, by which a connection that was made can end as well
  if (code === "ETIMEDOUT" && "syscall" in cause && cause.syscall === "connect")
    return { answer: answers.upstreamFailed, sent: false, retry: true }
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return { answer: answers.upstreamUnknown, sent: false, retry: false }
    case "UND_ERR_CONNECT_TIMEOUT":
      return { answer: answers.upstreamSlow, sent: false, retry: true }
    case "UND_ERR_HEADERS_TIMEOUT":
      return { answer: answers.upstreamSlow, sent: true, retry: true }
    case "ECONNREFUSED":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return { answer: answers.upstreamFailed, sent: false, retry: true }
    default:
      return { answer: answers.upstreamFailed, sent: true, retry: true }
  }
}
