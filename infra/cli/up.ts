import { once } from "node:events"
import color from "picocolors"
import { headers } from "../../app/contract/headers.ts"
import { routes } from "../../app/contract/routes.ts"
import { service } from "../../app/contract/service.ts"
import { ConfigError } from "../config.ts"
import { program } from "../index.ts"
import type { EngineEvent } from "../targets/local/engine.ts"
import { local } from "../targets/local/index.ts"
import { AlreadyUpError } from "../targets/local/records.ts"
import { openSession, type Session } from "../targets/local/session.ts"
import { CommandError, type ExitCode, exitCodes, InterruptedError, UsageError } from "./exit-codes.ts"
import { type Interrupts, listenForInterrupts } from "./interrupts.ts"
import { renderChecks, renderCreated, renderTree } from "./render.ts"
import { firstRequest, smokeTest } from "./smoke.ts"
import { readStackFile } from "./stack-file.ts"

export interface UpOptions {
  /** Shut down after the smoke tests. */
  readonly smoke: boolean
  readonly json: boolean
}

/** Progress is for people, on standard error; standard output has only the result. */
const say = (line: string) => process.stderr.write(`${line}\n`)

/** `atlas up`: stands the stack up, tests it, keeps it up until it is interrupted, and takes it down. */
export async function up(stack: string, options: UpOptions): Promise<ExitCode> {
  const { project, config } = readStackFile(stack)
  const cloud = config[`${service.name}:cloud`]
  if (cloud !== undefined && cloud !== local.name) {
    throw new UsageError(
      `The stack "${stack}" is for ${cloud}: deploy it with "pulumi up --stack ${stack}". This command is for ${local.name}`,
    )
  }
  const interrupts = listenForInterrupts((which) =>
    say(which === "first" ? "Stopping; Ctrl-C again to stop at once" : "Stopping at once"),
  )
  try {
    const started = performance.now()
    say(color.bold(`Standing up ${project}-${stack} on this machine`))
    const session = await openSession({
      project,
      stack,
      config,
      program: async () => ({ ...(await program()) }),
      signal: interrupts.stop,
      hurry: interrupts.hurry,
      say: (name, text) => say(`  ${color.yellow("!")} ${name} ${text}`),
      onEvent: reportEvent,
    })
    try {
      const code = await serve(session, options, interrupts, started)
      if (interrupts.crash() !== undefined) throw interrupts.crash()
      return code
    } finally {
      await session.remove()
      say("Everything is stopped.")
    }
  } catch (error) {
    throw endOf(interrupts.crash() ?? error, interrupts.stop.aborted && interrupts.crash() === undefined)
  } finally {
    interrupts.release()
  }
}

async function serve(session: Session, options: UpOptions, { stop }: Interrupts, started: number): Promise<ExitCode> {
  const outputs = readOutputs(session)
  say(color.bold("Testing it through the gateway"))
  const checks = await smokeTest(outputs.url, outputs.key, stop)
  process.stderr.write(renderChecks(checks))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (stop.aborted) return exitCodes.interrupted.code
  const passed = checks.every((check) => check.passed)
  const { url, key } = outputs
  if (options.json) {
    const resources = session.resources.map(({ type, name, note }) => ({ type, name, note }))
    process.stdout.write(
      `${JSON.stringify({ url, key, passed, checks, resources, logs: session.logs }, undefined, 2)}\n`,
    )
  }
  if (!passed) {
    say(color.red(`The smoke tests failed. Logs: ${session.logs}`))
    return exitCodes.failed.code
  }
  say(color.green(`Up and tested in ${seconds} s`))
  if (!options.json) process.stdout.write(describeStack(session, url, key, options.smoke))
  if (!options.smoke && !stop.aborted) await once(stop, "abort")
  return exitCodes.ok.code
}

interface UpOutputs {
  readonly url: string
  /** The first consumer's key. */
  readonly key: string
  readonly consumer: string
}

/** The program's outputs arrive as plain values. */
function readOutputs({ outputs }: Session): UpOutputs {
  const { url, keys } = outputs as { url: string; keys: Record<string, string> }
  const [consumer, key] = Object.entries(keys)[0] ?? []
  if (consumer === undefined || key === undefined) throw new Error("The gateway has no consumer, so nobody has a key")
  return { url, key, consumer }
}

function describeStack({ resources, logs }: Session, url: string, key: string, short: boolean): string {
  const tree = `\n${renderTree(resources)}`
  if (short) return tree
  const curl = [
    `curl -s -X POST ${url}${routes.optimize}`,
    `-H '${headers.apiKey}: ${key}'`,
    "-H 'Content-Type: application/json'",
    `-d '${JSON.stringify(firstRequest)}'`,
  ].join(" ")
  return `${tree}
  URL      ${url}   (its documentation: ${url}${routes.docs})
  API key  ${key}
  Logs     ${logs}
  Try      ${curl}
  Stop     Ctrl-C, or: kill ${process.pid}
`
}

function reportEvent(event: EngineEvent): void {
  if (event.kind === "created") say(renderCreated(event.name, event.type, event.note, event.seconds))
  else if (event.kind === "removed") say(`  ${color.dim("-")} ${event.name} is stopped`)
}

/** The error that the command ends with, from the one that stopped it. */
function endOf(error: unknown, interrupted: boolean): unknown {
  if (interrupted) return new InterruptedError("Stopped before it was up; nothing is left running.")
  const cause = error instanceof Error && error.cause instanceof ConfigError ? error.cause : error
  if (cause instanceof AlreadyUpError) return new CommandError(cause.message, exitCodes.alreadyUp.code)
  if (!(cause instanceof Error && "resource" in cause && isResource(cause.resource))) return cause
  const { name, type } = cause.resource
  return new Error(`${name} (${type}) cannot be created: ${cause.message}`, { cause })
}

const isResource = (value: unknown): value is { name: string; type: string } =>
  value !== null && typeof value === "object" && "name" in value && "type" in value
