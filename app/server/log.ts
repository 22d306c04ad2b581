import { type DestinationStream, type Logger, pino } from "pino"
import type { Env } from "../contract/env.ts"
import { service } from "../contract/service.ts"

export type { Logger }

/**
 * JSON lines on standard output: timestamp (RFC 3339), level, logger, message, and whatever the caller adds
 * (`event_type`, `request_id`). Standard output because every target's log store collects it from there.
 */
export function openLog(level: Env["LOG_LEVEL"], destination?: DestinationStream): Logger {
  const options = {
    level: level.toLowerCase(),
    messageKey: "message",
    base: { logger: service.name },
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label.toUpperCase() }) },
  }
  return destination ? pino(options, destination) : pino(options)
}
