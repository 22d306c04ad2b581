import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { startReady, waitUntil } from "./children.ts"
import type { Create } from "./context.ts"
import { describePort, loopback, onFreePort } from "./ports.ts"
import { supervise } from "./supervise.ts"

const program = fileURLToPath(new URL("gateway/main.ts", import.meta.url))
const startSeconds = 20
const restartPauseSeconds = 1

/** The stand-in for Kong, on the very config that Kong reads elsewhere. The config holds keys, so it is a private file. */
export const createGateway: Create<"atlas:local:Gateway"> = async (name, inputs, context) => {
  const { state, records, signal, hurry } = context
  const config = state.writePrivate("kong.json", inputs.config)
  const start = (port: number, until: AbortSignal) => {
    const spec = {
      name,
      command: process.execPath,
      args: [program, config],
      environment: { GATEWAY_HOST: loopback, GATEWAY_PORT: String(port) },
      folder: state.path,
      log: join(state.logs, `${name}.log`),
      stopSignal: "SIGTERM",
      graceSeconds: inputs.drainSeconds,
    } as const
    return startReady(spec, records, hurry, (child) =>
      waitUntil(child, "listened", startSeconds, until, async () => isListening(await child.output())),
    )
  }
  const { port, result: child } = await onFreePort(inputs.preferredPort, (port) => start(port, signal))
  const supervised = supervise(name, child, restartPauseSeconds, context, (until) => start(port, until))
  return {
    outputs: { url: `http://${loopback}:${port}`, port },
    note: describePort(port, inputs.preferredPort),
    remove: supervised.stop,
  }
}

const isListening = (output: string): boolean => /^\{.*"event":"listening".*\}$/m.test(output)
