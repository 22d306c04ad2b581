import { ProblemError } from "../problem.ts"

/** Seconds after which a client may try again when the database is away. */
export const retryAfterSeconds = 5

/** Errors of the operating system that mean nobody answered. */
const systemCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
])

/**
 * SQLSTATEs that mean the server cannot serve now (https://www.postgresql.org/docs/17/errcodes-appendix.html):
 * connection exceptions, too many connections, shutdowns and starts, timeouts that the server set, and a server that
 * only reads because another has become the primary.
 */
const sqlStates = /^(08...|53300|57P0[1-5]|57014|25P03|25006)$/

/** pg's own errors, which carry no code. */
const driverMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/

/** Whether an error of the driver means that the database does not answer, rather than that it refuses a statement. */
export function meansUnavailable(error: unknown): boolean {
  if (error instanceof ProblemError) return error.code === "database-unavailable"
  if (!(error instanceof Error)) return false
  const code = "code" in error && typeof error.code === "string" ? error.code : ""
  return systemCodes.has(code) || sqlStates.test(code) || driverMessages.test(error.message)
}

/**
 * Whether waiting may mend it. A database that answers and refuses the connection itself (a wrong password, a name that
 * is not there, a certificate that does not fit) is unavailable to clients, and stays so.
 */
export function mayPass(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "database-unavailable" && meansUnavailable(error.cause)
}

/** The problem that a client reads while the database is away. The driver's text stays in the cause, for the log. */
export function databaseUnavailable(cause: unknown): ProblemError {
  return new ProblemError("database-unavailable", "The database does not answer. Try again in a few seconds.", {
    retryAfter: retryAfterSeconds,
    cause,
  })
}
