import { execFile, spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { text } from "node:stream/consumers"
import { setTimeout as delay } from "node:timers/promises"
import { parse } from "yaml"
import { entryPoint } from "../../../app/contract/roles.ts"
import { liveness, service } from "../../../app/contract/service.ts"
import { committedStack, readComposeFiles } from "../../../infra/cli/compose-command.ts"
import { gatewayFile } from "../../../infra/gateway/container.ts"
import { defaultCidr } from "../../../infra/targets/compose/addresses.ts"
import { files as composeFiles } from "../../../infra/targets/compose/places.ts"
import { docker, type Ended, run } from "../../support/docker/client.ts"
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
  /** Waits until Docker calls these services healthy. */
  healthy(...names: string[]): Promise<void>
  /** Writes one of its files anew, in place: a container that mounts it sees that. */
  edit(path: string, change: (text: string) => string): void
  /** Gives a service a check that fails, from its next start on, or the one that it had. */
  unwell(name: string, is: boolean): void
  /** `docker compose ARGS` in the project, which has to succeed: its standard output. */
  compose(...args: string[]): Promise<string>
  /** Runs the script of a release, whatever it ends with. */
  release(): Promise<Ended>
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
    writeFileSync(file, quickened(path, text).replaceAll(committedAddresses, addresses))
  }
  const override = join(folder, "override.yaml")
  const changes = overrides(files)
  writeFileSync(override, JSON.stringify({ services: changes }))
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
  // The script says "docker compose", which is a program of its own on some machines.
  const shim = join(folder, "bin")
  mkdirSync(shim)
  const script = `#!/bin/sh
PATH=\${PATH#*:}
[ "$1" = compose ] || exec docker "$@"
shift
exec ${command.join(" ")} "$@"
`
  writeFileSync(join(shim, "docker"), script, { mode: 0o755 })
  const release = () =>
    new Promise<Ended>((resolve) => {
      const env = {
        ...environment,
        PATH: `${shim}:${process.env.PATH}`,
        COMPOSE_PROJECT_NAME: name,
        COMPOSE_FILE: `compose.yaml:${override}`,
      }
      const options = { env, timeout: 90_000 }
      execFile("sh", [join(folder, composeFiles.release)], options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : null, stdout, stderr }),
      )
    })
  return {
    release,
    http: `http://127.0.0.1:${http}`,
    https: `https://127.0.0.1:${https}`,
    prometheus: `http://127.0.0.1:${prometheus}`,
    edit: (path, change) => {
      const file = join(folder, path)
      writeFileSync(file, change(readFileSync(file, "utf8")))
    },
    unwell: (name, is) => {
      const healthcheck = { test: ["CMD", "false"], interval: "1s", retries: 3, start_period: "0s" }
      const services = is ? { ...changes, [name]: { ...changes[name], healthcheck } } : changes
      writeFileSync(override, JSON.stringify({ services }))
    },
    compose,
    healthy: async (...names) => {
      const ids = (await compose("ps", "--quiet", ...names)).trim().split("\n")
      const format = "{{.State.Health.Status}}"
      const end = performance.now() + 60_000
      for (;;) {
        const states = new Set((await docker(["inspect", "--format", format, ...ids])).split("\n"))
        if (states.size === 1 && states.has("healthy")) return
        if (performance.now() > end)
          throw new Error(`${names.join(", ")} became ${[...states].join(", ")} within a minute`)
        await delay(200)
      }
    },
    close: async () => {
      await compose("--profile", "monitoring", "down", "--volumes", "--timeout", "0")
      rmSync(folder, { recursive: true })
    },
  }
}

function quickened(path: string, text: string): string {
  // The gateway's limits by minute and hour, which other tests hold, would end a load at once.
  if (path.endsWith(gatewayFile)) return text.replaceAll(/(minute|hour): (\d+)/g, "$1: $2000")
  return path === composeFiles.prometheus ? text.replaceAll(/_interval: \d+s/g, "_interval: 2s") : text
}

/** Docker asks first after an interval, and the committed ones are as long as the contract's. */
const quickly = { interval: "1s", retries: 30, start_period: "1s" }

/**
 * What the app's own check asks, by the shell: a Node that starts every second for each process would take most of the
 * processor that the tests have.
 */
const asksByShell = {
  test: [
    "CMD",
    "bash",
    "-c",
    `exec 3<>/dev/tcp/127.0.0.1/${service.port} && printf 'GET ${liveness.path} HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ "$$status" = 200 ]`,
  ],
}

/** The app's bursts, which other tests hold too. */
const unlimited = Object.fromEntries(
  ["API", "OPTIMIZE"].flatMap((of) => [`${of}_RATE`, `${of}_BURST`]).map((name) => [name, "10000"]),
)

interface Service {
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly environment?: Readonly<Record<string, string>>
}

const isApp = ({ test }: { readonly test: readonly string[] }) => test.includes(entryPoint[1])

function overrides(files: Readonly<Record<string, string>>): Record<string, object> {
  const { services }: { services: Record<string, Service> } = parse(files["compose.yaml"] ?? "")
  return Object.fromEntries(
    Object.entries(services).map(([name, { healthcheck, environment }]) => [
      name,
      {
        ...(healthcheck === undefined
          ? {}
          : { healthcheck: { ...quickly, ...(isApp(healthcheck) ? asksByShell : {}) } }),
        ...(environment !== undefined && "API_RATE" in environment ? { environment: unlimited } : {}),
      },
    ]),
  )
}
