import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, fstatSync, openSync, renameSync, statSync } from "node:fs"
import { open } from "node:fs/promises"
import { setTimeout as delay } from "node:timers/promises"
import type { RunRecords } from "./records.ts"
import { signalTo } from "./signals.ts"

/** How a program is run. Its output goes to a file, so that it does not depend on who started it. */
export interface ChildSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment, except PATH, which is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly folder: string
  readonly log: string
  /** Another user to run as; only root can. */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** The signal that asks it to end. */
  readonly stopSignal: NodeJS.Signals
  /** How long it may take to end after that signal, before it is killed. */
  readonly graceSeconds: number
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Child {
  readonly spec: ChildSpec
  readonly pid: number
  readonly exited: Promise<Exit>
  /** How it ended; undefined while it runs. */
  readonly exit: () => Exit | undefined
  /** What it has written since this start, at most the last 64 KiB. */
  readonly output: () => Promise<string>
}

/**
 * Starts a program in a process group of its own, so that the terminal's Ctrl-C reaches only `up`, which stops the
 * parts in order. It is on record before anything is awaited.
 */
export function startChild(spec: ChildSpec, records: RunRecords): Child {
  keepSmall(spec.log)
  const log = openSync(spec.log, "a", 0o600)
  const from = fstatSync(log).size
  let process: ChildProcess
  try {
    process = spawn(spec.command, [...spec.args], {
      cwd: spec.folder,
      env: { PATH: globalThis.process.env.PATH, ...spec.environment },
      stdio: ["ignore", log, log],
      detached: true,
      ...spec.user,
    })
  } finally {
    closeSync(log)
  }
  const { pid } = process
  if (pid !== undefined) records.add(spec.name, pid, spec.stopSignal)
  let exit: Exit | undefined
  const exited = new Promise<Exit>((resolve) => {
    const end = (ended: Exit) => {
      if (pid !== undefined) records.remove(pid)
      exit = ended
      resolve(ended)
    }
    process.once("exit", (code, signal) => end({ code, signal }))
    // Only a program that could not be started has no pid; of the others, "exit" tells.
    process.once("error", () => pid === undefined && end({ code: 127, signal: null }))
  })
  return { spec, pid: pid ?? -1, exited, exit: () => exit, output: () => readFrom(spec.log, from) }
}

/**
 * Starts a program and waits until it can be used. When that fails, or `ready` is given up, the program has been
 * stopped again.
 */
export async function startReady(
  spec: ChildSpec,
  records: RunRecords,
  hurry: AbortSignal,
  ready: (child: Child) => Promise<void>,
): Promise<Child> {
  const child = startChild(spec, records)
  try {
    await ready(child)
    return child
  } catch (error) {
    await stopChild(child, hurry)
    throw error
  }
}

/** Ends the program: politely, and after its grace for certain. `hurry` cuts the grace short. */
export async function stopChild(child: Child, hurry: AbortSignal): Promise<void> {
  if (child.exit() !== undefined) return
  signalTo(child.pid, child.spec.stopSignal)
  const cut = new AbortController()
  const timeout = AbortSignal.any([hurry, cut.signal])
  const grace = delay(child.spec.graceSeconds * 1000, undefined, { signal: timeout }).catch(() => undefined)
  await Promise.race([child.exited, grace])
  cut.abort()
  if (child.exit() === undefined) signalTo(child.pid, "SIGKILL")
  await child.exited
}

/** The last lines of a text, for an error message. */
export const lastLines = (text: string, count = 12): string => text.trimEnd().split("\n").slice(-count).join("\n")

/** How an exit reads in a sentence. */
export const describeExit = ({ code, signal }: Exit): string =>
  signal === null ? `exit code ${code}` : `signal ${signal}`

/** Waits until the probe answers true, the program ends, or the time is over. Throws in the last two cases. */
export async function waitUntil(
  child: Child,
  what: string,
  timeoutSeconds: number,
  signal: AbortSignal,
  probe: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + timeoutSeconds * 1000
  while (!(await probe())) {
    signal.throwIfAborted()
    const exit = child.exit()
    if (exit !== undefined) throw await childError(child, `ended with ${describeExit(exit)} before it ${what}`)
    if (performance.now() > deadline) throw await childError(child, `has not ${what} within ${timeoutSeconds} s`)
    await Promise.race([delay(40), child.exited])
  }
}

/** An error about a program, with the end of its log. */
export async function childError(child: Child, sentence: string): Promise<Error> {
  const output = await child.output()
  const error = new Error(`${child.spec.name} ${sentence}. The end of ${child.spec.log}:\n${lastLines(output)}`)
  return Object.assign(error, { portTaken: /EADDRINUSE|Address already in use/i.test(output) })
}

export const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && "portTaken" in error && error.portTaken === true

/** Sets a long log aside, as NAME.1, before it is written on. */
function keepSmall(log: string): void {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  if (size > 10 * 2 ** 20) renameSync(log, `${log}.1`)
}

async function readFrom(path: string, from: number): Promise<string> {
  const file = await open(path, "r")
  try {
    const { size } = await file.stat()
    const start = Math.max(from, size - 65_536)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(Math.max(0, size - start)), position: start })
    return buffer.toString("utf8", 0, bytesRead)
  } finally {
    await file.close()
  }
}
