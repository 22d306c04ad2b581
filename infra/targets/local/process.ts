import { join } from "node:path"
import { startReady, waitUntil } from "./children.ts"
import type { Create } from "./context.ts"
import { describePort, loopback, onFreePort } from "./ports.ts"
import { listensOn } from "./sockets.ts"
import { supervise } from "./supervise.ts"

const restartPauseSeconds = 1

/** A process of the app: it stands once its readiness probe passes, and is started again when it ends by itself. */
export const createProcess: Create<"atlas:local:Process"> = async (name, inputs, context) => {
  const { state, records, signal, hurry } = context
  const log = join(state.logs, `${name}.log`)
  const start = (port: number, until: AbortSignal) => {
    const spec = {
      name,
      command: process.execPath,
      args: [inputs.entry, inputs.command],
      environment: { ...inputs.environment, HOST: loopback, HTTP_PORT: String(port) },
      folder: state.path,
      log,
      stopSignal: "SIGTERM",
      graceSeconds: inputs.drainSeconds,
    } as const
    const url = `http://${loopback}:${port}${inputs.readyPath}`
    return startReady(spec, records, hurry, (child) =>
      waitUntil(
        child,
        `answered 200 at ${inputs.readyPath}`,
        inputs.startSeconds,
        until,
        async () => listensOn(child.pid, port) && (await answers(url)),
      ),
    )
  }
  const { port, result: child } = await onFreePort(inputs.preferredPort, (port) => start(port, signal))
  const supervised = supervise(name, child, restartPauseSeconds, context, (until) => start(port, until))
  return {
    outputs: { port, log },
    note: `${describePort(port, inputs.preferredPort)}, process ${child.pid}`,
    remove: supervised.stop,
  }
}

/** Whether the path answers 200 now. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}
