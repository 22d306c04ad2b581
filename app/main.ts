import { type Command, commands } from "./contract/roles.ts"
import { liveness } from "./contract/service.ts"
import { gate } from "./server/gate.ts"
import { openLog } from "./server/log.ts"
import { serve } from "./server/serve.ts"
import { readSettings, type Settings, SettingsError } from "./server/settings.ts"

/** The image's entry point: `node atlas.js serve|gate|healthcheck`. Exit code 2 for a call that cannot be taken. */
const usage = `Usage: node atlas.js ${commands.join("|")}`

const run: Readonly<Record<Command, (settings: Settings) => Promise<void>>> = {
  serve: (settings) => serve(settings, openLog(settings.LOG_LEVEL)),
  gate: (settings) => gate(settings, openLog(settings.LOG_LEVEL)),
  healthcheck: async ({ HTTP_PORT }) => {
    const answer = await fetch(`http://127.0.0.1:${HTTP_PORT}${liveness.path}`, {
      signal: AbortSignal.timeout(liveness.timeoutSeconds * 1000),
    })
    if (!answer.ok) throw new Error(`${liveness.path} answered ${answer.status}`)
  },
}

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
  try {
    await run[word](readSettings(process.env))
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`)
    process.exitCode = error instanceof SettingsError ? 2 : 1
  }
} else {
  process.stderr.write(`Unknown command "${word}". ${usage}\n`)
  process.exitCode = 2
}
