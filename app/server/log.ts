import { type DestinationStream, destination, type Logger, pino } from "pino"
import type { Env } from "../contract/env.ts"
import { service } from "../contract/service.ts"

export type { Logger }

/**
 * JSON lines: timestamp (RFC 3339), level, logger, message, and whatever the caller adds (`event_type`, `request_id`).
 * On standard output unless a destination is given, because every target's log store collects it from there.
 */
export function openLog(level: Env["LOG_LEVEL"], destination: DestinationStream = groupedOutput()): Logger {
  const options = {
    level: level.toLowerCase(),
    messageKey: "message",
    base: { logger: service.name },
    timestamp: timestamps(),
    formatters: { level: (label: string) => ({ level: label.toUpperCase() }) },
  }
  return pino(options, destination)
}

/** The member that says when a line was written. Many lines are of one millisecond, whose text is made once. */
function timestamps(): () => string {
  let now = Number.NaN
  let text = ""
  return () => {
    const read = Date.now()
    if (read !== now) {
      now = read
      text = `,"timestamp":"${new Date(now).toISOString()}"`
    }
    return text
  }
}

/** So many characters are written even before the event loop has turned. */
const mostHeld = 16 * 1024

/**
 * Standard output, where lines that are logged within one turn of the event loop are written together at its end: a
 * system call for each is a tenth of a busy server's time. Writing blocks, so no line waits for another turn, and none
 * is lost when the process ends by itself; pino writes at once with a fatal line. Only a kill in the midst of a turn
 * loses what that turn has logged.
 */
function groupedOutput(): DestinationStream & { flushSync(): void } {
  const output = destination({ dest: process.stdout.fd, sync: true })
  let held = ""
  const flushSync = () => {
    // Not its own flushSync, which tries for ever when nobody reads any more
    if (held !== "") output.write(held)
    held = ""
  }
  process.once("exit", flushSync)
  return {
    flushSync,
    write(line) {
      if (held === "") setImmediate(flushSync)
      held += line
      if (held.length >= mostHeld) flushSync()
    },
  }
}
