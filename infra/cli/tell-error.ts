import color from "picocolors"
import { CommandError, type ExitCode, exitCodes } from "./exit-codes.ts"

/** Tells on standard error why a command ended, and answers with the exit code: the one place where commands do so. */
export async function tellError(error: unknown): Promise<ExitCode> {
  process.stderr.write(`${color.red(describeError(error))}\n`)
  if (error instanceof CommandError) return error.exitCode
  // The clouds' SDK comes with it, so it is loaded only where the error may be one.
  const { ConfigError } = await import("../config.ts")
  return error instanceof ConfigError ? exitCodes.usage.code : exitCodes.failed.code
}

/** What this code throws on purpose is a sentence; of its own faults the place is needed too. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const faults = [TypeError, ReferenceError, RangeError, SyntaxError]
  return faults.some((fault) => error instanceof fault) ? (error.stack ?? error.message) : error.message
}
