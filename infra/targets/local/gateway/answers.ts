/** Kong's own answers, in its words (kong/error_handlers.lua, kong/runloop/handler.lua and each plugin at 3.9.3). */
export interface OwnAnswer {
  readonly status: number
  /** Absent on an answer without a body. */
  readonly message?: string
  readonly headers?: Readonly<Record<string, string>>
}

const unauthorized = (message: string): OwnAnswer => ({
  status: 401,
  message,
  headers: { "WWW-Authenticate": "Key" },
})

export const answers = {
  badRequest: { status: 400, message: "Bad request" },
  noRoute: { status: 404, message: "no Route matched with those values" },
  noKey: unauthorized("No API key found in request"),
  wrongKey: unauthorized("Unauthorized"),
  twoKeys: unauthorized("Duplicate API key found"),
  tooLarge: { status: 413, message: "Request size limit exceeded" },
  /** To a client that asked before it sent its body. */
  tooLargeToBegin: { status: 417, message: "Request size limit exceeded" },
  tooMany: { status: 429, message: "API rate limit exceeded" },
  unexpected: { status: 500, message: "An unexpected error occurred" },
  upstreamFailed: { status: 502, message: "An invalid response was received from the upstream server" },
  upstreamUnknown: { status: 503, message: "name resolution failed" },
  upstreamSlow: { status: 504, message: "The upstream server is timing out" },
} as const satisfies Record<string, OwnAnswer>

/** The body of such an answer. Kong also speaks HTML, XML and plain text to a client that prefers one; this does not. */
export function answerBody(message: string, requestId: string): string {
  return JSON.stringify({ message, request_id: requestId })
}
