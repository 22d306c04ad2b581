import closeWithGrace from "close-with-grace"
import { service } from "../contract/service.ts"
import type { Logger } from "./log.ts"
import { startProcess } from "./process.ts"
import type { Settings } from "./settings.ts"

/** Takes the process's roles until a signal ends it; what has begun is finished first. */
export async function serve(settings: Settings, log: Logger): Promise<void> {
  const running = await startProcess(settings, log)
  // `running.prepared` is left to reject unhandled: then the process ends below, with the error and exit code 1.
  const asLogger = { error: (message: unknown) => log.error({ event_type: "shutdown" }, String(message)) }
  // Twice the drain: the server and the queue drain at the same time, and closing the pool takes a moment.
  const delay = service.drainSeconds * 2 * 1000
  closeWithGrace({ delay, logger: asLogger }, async ({ err, signal }) => {
    if (err) log.fatal({ event_type: "shutdown", err }, "Ending after an error that nothing caught")
    else log.info({ event_type: "shutdown", signal }, "Draining")
    await running.close()
    log.info({ event_type: "shutdown" }, "Drained")
  })
}
