import { type FieldError, type ProblemCode, problems } from "./contract/problems.ts"

/**
 * An error that is the client's to read: a code of the table, a sentence on this case, and the fields at fault.
 * Whatever else is thrown reaches the client as `internal`, without its text.
 */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly errors: readonly FieldError[]
  /** Seconds after which the same request may succeed; becomes Retry-After. */
  readonly retryAfter: number | undefined
  /** Further members of the problem document, such as the constraints that conflict. */
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      errors?: readonly FieldError[]
      retryAfter?: number
      extensions?: Record<string, unknown>
      cause?: unknown
    } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = "ProblemError"
    this.code = code
    this.errors = options.errors ?? []
    this.retryAfter = options.retryAfter
    this.extensions = options.extensions ?? {}
  }

  get status(): number {
    return problems[this.code].status
  }
}

/** An RFC 9457 problem document. Further members carry what the case needs. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance?: string
  readonly errors?: readonly FieldError[]
  readonly [member: string]: unknown
}

/** The document of an error; what is not a ProblemError tells the client nothing of itself. */
export function problemDocument(error: ProblemError, instance?: string): ProblemDocument {
  const { status, title } = problems[error.code]
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: error.message,
    ...(instance === undefined ? {} : { instance }),
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...(error.retryAfter === undefined ? {} : { retry_after: error.retryAfter }),
    ...error.extensions,
  }
}
