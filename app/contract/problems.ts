/**
 * Every way in which the service says no: one table of codes. An answer that is an error is an RFC 9457 problem
 * document whose `type` is `/problems/<code>`, with this status and title.
 */
export const problems = {
  "bad-request": { status: 400, title: "The request cannot be read" },
  "invalid-body": { status: 400, title: "The body does not fit its schema" },
  "invalid-parameter": { status: 400, title: "A parameter does not fit its schema" },
  unauthenticated: { status: 401, title: "Who you are is not known" },
  forbidden: { status: 403, title: "You may not do this" },
  "not-found": { status: 404, title: "There is no such thing" },
  "method-not-allowed": { status: 405, title: "This path does not answer that method" },
  conflict: { status: 409, title: "Something already there stands against this" },
  "idempotency-in-progress": { status: 409, title: "The first request with this key is still running" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "unsupported-media-type": { status: 415, title: "The body's content type is not understood" },
  "idempotency-mismatch": { status: 422, title: "This key was used for another request" },
  "unknown-model": { status: 422, title: "A channel has no model" },
  infeasible: { status: 422, title: "No allocation meets all constraints" },
  unbounded: { status: 422, title: "Spending more always earns more: a total or a maximum is needed" },
  "not-solvable": { status: 422, title: "No method that was asked for solves this problem" },
  "time-limit-reached": { status: 422, title: "No allocation was found within the time limit" },
  "rate-limited": { status: 429, title: "Too many requests at once" },
  internal: { status: 500, title: "The service failed" },
  "database-unavailable": { status: 503, title: "The database does not answer" },
  "identity-unavailable": { status: 503, title: "The issuer of tokens does not answer" },
  maintenance: { status: 503, title: "Service temporarily unavailable for maintenance" },
  "read-only": { status: 503, title: "The service answers reads and unstored optimizations only" },
  overloaded: { status: 503, title: "Too much work is waiting" },
  "deadline-exceeded": { status: 504, title: "The problem took longer than a request may" },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

/** What is wrong with one field: `path` is a JSON pointer into the body, or the parameter's name. */
export interface FieldError {
  readonly path: string
  readonly message: string
}
