import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { renderKong } from "../../../infra/gateway/render.ts"
import type { KongConfig } from "../../../infra/gateway/schema.ts"
import type { RunningGateway, Subject } from "./subject.ts"

const main = fileURLToPath(new URL("../../../infra/targets/local/gateway/main.ts", import.meta.url))

export interface LocalProcess extends RunningGateway {
  readonly statusUrl: string
  /** Everything it has written to stdout, line by line. */
  readonly lines: readonly string[]
  readonly child: ChildProcess
}

/** Runs the local gateway as its target does: a process of its own, which reads the file. */
export async function startLocalGateway(config: KongConfig): Promise<LocalProcess> {
  const directory = await mkdtemp(join(tmpdir(), "atlas-gateway-"))
  const file = join(directory, "kong.yaml")
  await writeFile(file, renderKong(config), { mode: 0o600 })
  const child = runMain([file])
  const lines: string[] = []
  const output = createInterface({ input: child.stdout })
  output.on("line", (line) => lines.push(line))
  const exited = once(child, "exit")
  const first = await Promise.race([once(output, "line"), exited.then(() => undefined)])
  if (first === undefined) {
    await rm(directory, { recursive: true })
    throw new Error("the local gateway stopped before it listened")
  }
  const { port, statusPort } = JSON.parse(String(first[0])) as { port: number; statusPort: number }
  return {
    url: `http://127.0.0.1:${port}`,
    statusUrl: `http://127.0.0.1:${statusPort}`,
    lines,
    child,
    async stop() {
      child.kill("SIGTERM")
      await exited
      await rm(directory, { recursive: true })
    },
  }
}

/** The process itself, on any free port. */
export function runMain(args: readonly string[]) {
  return spawn(process.execPath, [main, ...args], {
    env: { ...process.env, GATEWAY_PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  })
}

export const localGateway: Subject = {
  name: "the local gateway",
  upstreamPort: 0,
  fixed: undefined,
  start: startLocalGateway,
}
