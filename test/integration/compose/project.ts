import { spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { text } from "node:stream/consumers"
import { parse } from "yaml"
import { committedStack, readComposeFiles } from "../../../infra/cli/compose-command.ts"
import { defaultCidr } from "../../../infra/targets/compose/addresses.ts"
import { run } from "../../support/docker/client.ts"
import { onPath } from "../../support/docker/daemon.ts"
import { freePort } from "../../support/ports.ts"

/** The command line of Docker Compose 2 on this machine; undefined where there is none. */
export async function composeCommand(): Promise<readonly string[] | undefined> {
  if (onPath("docker") && (await run("docker", ["compose", "version"])).code === 0) return ["docker", "compose"]
  return onPath("docker-compose") && (await run("docker-compose", ["version"])).stdout.startsWith("Docker Compose")
    ? ["docker-compose"]
    : undefined
}

/** "172.30." of "172.30.0.0/20". */
const committedAddresses = /^\d+\.\d+\./.exec(defaultCidr)?.[0] ?? defaultCidr

export interface Project {
  readonly http: string
  readonly https: string
  readonly prometheus: string
  /** `docker compose ARGS` in the project, which has to succeed: its standard output. */
  compose(...args: string[]): Promise<string>
  close(): Promise<void>
}

/**
 * The committed files under a name of their own, on free ports, with addresses that a stack which runs here does not
 * have, and asked every second whether they are well.
 */
export async function openProject(
  command: readonly string[],
  name: string,
  images: Readonly<Record<string, string>>,
): Promise<Project> {
  const [program = "", ...first] = command
  const folder = mkdtempSync(join(tmpdir(), "atlas-compose-"))
  const files = await readComposeFiles(committedStack)
  const addresses = `10.${randomInt(200, 250)}.`
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text.replaceAll(committedAddresses, addresses))
  }
  const override = join(folder, "override.yaml")
  writeFileSync(override, JSON.stringify({ services: quickChecks(files) }))
  const [http, https, prometheus] = [await freePort(), await freePort(), await freePort()]
  const ports = { HTTP_PORT: `${http}`, HTTPS_PORT: `${https}`, PROMETHEUS_PORT: `${prometheus}` }
  const environment = { ...process.env, ...images, ...ports }
  const compose = async (...args: string[]) => {
    const where = ["-p", name, "-f", join(folder, "compose.yaml"), "-f", override]
    const child = spawn(program, [...first, ...where, ...args], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      signal: AbortSignal.timeout(90_000),
    })
    const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve))
    const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    if (code !== 0) throw new Error(`docker compose ${args.join(" ")} ended with ${code}:\n${errors.slice(-3000)}`)
    return out
  }
  return {
    http: `http://127.0.0.1:${http}`,
    https: `https://127.0.0.1:${https}`,
    prometheus: `http://127.0.0.1:${prometheus}`,
    compose,
    close: async () => {
      await compose("--profile", "monitoring", "down", "--volumes", "--timeout", "5")
      rmSync(folder, { recursive: true })
    },
  }
}

/** Docker asks first after an interval, and the committed ones are as long as the contract's. */
function quickChecks(files: Readonly<Record<string, string>>): Record<string, unknown> {
  const { services }: { services: Record<string, { healthcheck?: object }> } = parse(files["compose.yaml"] ?? "")
  const quick = { healthcheck: { interval: "1s", retries: 30, start_period: "1s" } }
  return Object.fromEntries(
    Object.entries(services).flatMap(([name, { healthcheck }]) => (healthcheck === undefined ? [] : [[name, quick]])),
  )
}
