import { type Command, commands } from "./contract/roles.ts"
import { liveness } from "./contract/service.ts"
import { readSettings, type Settings, SettingsError } from "./server/settings.ts"

/** The image's entry point: `node atlas.js serve|gate|healthcheck`. Exit code 2 for a call that cannot be taken. */
const usage = `Usage: node atlas.js ${commands.join("|")}`

/** Each command loads what it needs and no more: the health check is run every half minute and loads no server. */
const run: Readonly<Record<Command, (settings: Settings) => Promise<void>>> = {
  serve: async (settings) => {
    const [{ serve }, { openLog }] = await Promise.all([import("./server/serve.ts"), import("./server/log.ts")])
    await serve(settings, openLog(settings.LOG_LEVEL))
  },
  gate: async (settings) => {
    const [{ gate }, { openLog }] = await Promise.all([import("./server/gate.ts"), import("./server/log.ts")])
    await gate(settings, openLog(settings.LOG_LEVEL))
  },
  healthcheck: async ({ HTTP_PORT }) => {
    const answer = await fetch(`http://127.0.0.1:${HTTP_PORT}${liveness.path}`, {
      signal: AbortSignal.timeout(liveness.timeoutSeconds * 1000),
    })
    if (!answer.ok) throw new Error(`${liveness.path} answered ${answer.status}`)
  },
}

/**
 * In a container this is process 1, for which the kernel ignores a signal that nothing handles: without this, a
 * process that still starts and a gate that waits would be killed only at the end of their grace. Nothing that has begun
 * is lost here; once a process serves, it handles the signals itself.
 */
const signals = { SIGTERM: 15, SIGINT: 2 } as const
const endNow = (signal: keyof typeof signals) => process.exit(128 + signals[signal])

function isCommand(word: string): word is Command {
  return (commands as readonly string[]).includes(word)
}

/** The error's sentence and those of its causes: the cause of a problem is for whoever runs the process. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message} Cause: ${describe(error.cause)}`
}

const word = process.argv[2] ?? ""
if (isCommand(word)) {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, endNow)
  try {
    await run[word](readSettings(process.env))
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.off(signal, endNow)
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`)
    process.exitCode = error instanceof SettingsError ? 2 : 1
  }
} else {
  process.stderr.write(`Unknown command "${word}". ${usage}\n`)
  process.exitCode = 2
}
