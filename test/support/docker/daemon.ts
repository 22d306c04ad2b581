import { type ChildProcess, spawn } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { run } from "./client.ts"

/** Docker's daemon on this machine. */
export interface Daemon {
  /** Why there is none; undefined where one answers. */
  readonly missing: string | undefined
  /** Ends the daemon if it was started here, and leaves alone one that was there. */
  close(): Promise<void>
}

const startSeconds = 30
const pollMs = 200

export const onPath = (command: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

export const isRoot = process.getuid?.() === 0

/** The daemon that answers here; else one of our own where the machine has `dockerd` and we are root. */
export async function openDaemon(): Promise<Daemon> {
  if (!onPath("docker")) return without("docker is not on PATH")
  if (await answers()) return { missing: undefined, close: async () => {} }
  if (!onPath("dockerd")) return without("no Docker daemon answers, and dockerd is not on PATH")
  if (!isRoot) return without("no Docker daemon answers, and only root can start one")
  return startDaemon()
}

const without = (missing: string): Daemon => ({ missing, close: async () => {} })

/** The client alone answers too, without a server's version. */
async function answers(): Promise<boolean> {
  const { code, stdout } = await run("docker", ["version", "--format", "{{.Server.Version}}"])
  return code === 0 && stdout.trim() !== ""
}

async function startDaemon(): Promise<Daemon> {
  const child = spawn("dockerd", [], { stdio: ["ignore", "ignore", "pipe"] })
  let log = ""
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-2000)
  })
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()))
  // A run that is cut short leaves no daemon either.
  const kill = () => child.kill("SIGTERM")
  process.once("exit", kill)
  const close = async () => {
    process.removeListener("exit", kill)
    if (isRunning(child)) kill()
    await exited
  }
  const end = performance.now() + startSeconds * 1000
  while (isRunning(child) && performance.now() < end) {
    if (await answers()) return { missing: undefined, close }
    await delay(pollMs)
  }
  await close()
  return without(`dockerd did not start: ${log.trim().split("\n").at(-1) ?? "it says nothing"}`)
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null
