import { spawn } from "node:child_process"
import { once } from "node:events"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { createInterface } from "node:readline"
import { closedPort } from "./upstream.ts"

export interface RunningRedis {
  readonly port: number
  stop(): Promise<void>
}

/** The path of redis-server, if this machine has one. */
export function findRedis(): string | undefined {
  const candidates = (process.env.PATH ?? "").split(delimiter).map((directory) => join(directory, "redis-server"))
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** A Redis that keeps nothing, on a port of its own. */
export async function startRedis(executable: string, at?: number): Promise<RunningRedis> {
  const port = at ?? (await closedPort())
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
  const child = spawn(executable, settings, { stdio: ["ignore", "pipe", "inherit"] })
  const exited = once(child, "exit")
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes("Ready to accept connections")) {
      child.stdout.resume()
      return {
        port,
        async stop() {
          child.kill("SIGTERM")
          await exited
        },
      }
    }
  }
  throw new Error(`${executable} stopped before it accepted connections on port ${port}`)
}
