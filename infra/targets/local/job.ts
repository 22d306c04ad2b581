import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { childError, describeExit, startChild, stopChild } from "./children.ts"
import type { Create } from "./context.ts"
import { loopback } from "./ports.ts"

/** A process that ends by itself: it stands once it has ended well. */
export const createJob: Create<"atlas:local:Job"> = async (name, inputs, { state, records, signal, hurry }) => {
  const started = performance.now()
  const spec = {
    name,
    command: process.execPath,
    args: [inputs.entry, inputs.command],
    environment: { ...inputs.environment, HOST: loopback, HTTP_PORT: "0" },
    folder: state.path,
    log: join(state.logs, `${name}.log`),
    stopSignal: "SIGTERM",
    graceSeconds: 5,
  } as const
  const child = startChild(spec, records)
  const over = new AbortController()
  const timeout = delay(inputs.timeoutSeconds * 1000, undefined, { signal: AbortSignal.any([signal, over.signal]) })
  const exit = await Promise.race([child.exited, timeout.catch(() => undefined)])
  over.abort()
  if (exit === undefined) {
    await stopChild(child, hurry)
    signal.throwIfAborted()
    throw await childError(child, `has not ended within ${inputs.timeoutSeconds} s and was stopped`)
  }
  if (exit.code !== 0) throw await childError(child, `failed with ${describeExit(exit)}`)
  return { outputs: { seconds: (performance.now() - started) / 1000 }, note: `passed; log: ${spec.log}` }
}
