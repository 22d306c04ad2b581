import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import fp from "fastify-plugin"
import type { ProblemCode } from "../../contract/problems.ts"
import { routes } from "../../contract/routes.ts"
import { service } from "../../contract/service.ts"
import { ProblemError, problemDocument } from "../../problem.ts"

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8"

/** Fastify's own refusals (fastify lib/errors.js), by their codes, in the terms of the table. */
const frameworkProblems: Readonly<Record<string, { code: ProblemCode; detail: string }>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported-media-type",
    detail: "Send the body as application/json.",
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: "body-too-large",
    detail: `A body may have ${service.bodyLimitMebibytes} MiB. Send less, or split the request.`,
  },
  FST_ERR_CTP_INVALID_JSON_BODY: {
    code: "bad-request",
    detail: 'The body is not valid JSON, or has a member called "__proto__", which none may have.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: "bad-request", detail: "The body is empty; JSON was announced." },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: "bad-request",
    detail: "The body's length differs from its Content-Length.",
  },
  FST_ERR_BAD_URL: { code: "bad-request", detail: "The path is not a valid URL path." },
}

function toProblem(error: FastifyError | Error): ProblemError {
  if (error instanceof ProblemError) return error
  const code = "code" in error ? String(error.code) : ""
  const known = frameworkProblems[code]
  if (known) return new ProblemError(known.code, known.detail, { cause: error })
  const status = "statusCode" in error ? Number(error.statusCode) : 500
  if (status === 413) return new ProblemError("body-too-large", error.message, { cause: error })
  // A body that the JSON parser refuses (bad syntax, __proto__) carries 400 and no code.
  if (status >= 400 && status < 500) return new ProblemError("bad-request", error.message, { cause: error })
  return new ProblemError("internal", "The error is logged under the request's id.", { cause: error })
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: ProblemError): FastifyReply {
  if (error.retryAfter !== undefined) reply.header("Retry-After", String(error.retryAfter))
  if (error.status === 401) reply.header("WWW-Authenticate", `Bearer realm="${service.name}"`)
  return reply
    .status(error.status)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problemDocument(error, request.id)))
}

/** Makes every error of the server a problem document, and logs what is the service's own fault. */
export const problemDetails = fp(async (server: FastifyInstance) => {
  server.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const problem = toProblem(error)
    if (problem.status >= 500) {
      const level = problem.code === "internal" ? "error" : "warn"
      request.log[level]({ event_type: "problem", code: problem.code, err: problem.cause ?? error }, problem.message)
    }
    return sendProblem(request, reply, problem)
  })

  server.setNotFoundHandler((request, reply) => {
    const detail = `${request.method} ${request.url.split("?")[0]} is not answered here. The API is described at ${routes.docs}.`
    return sendProblem(request, reply, new ProblemError("not-found", detail))
  })
})
