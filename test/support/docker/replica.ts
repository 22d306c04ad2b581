import { setTimeout as delay } from "node:timers/promises"
import { entryPoint } from "../../../app/contract/roles.ts"
import { readiness } from "../../../app/contract/service.ts"
import { freePort } from "../ports.ts"
import { docker, runSure } from "./client.ts"
import { inspect, logs, startContainer } from "./container.ts"
import type { Docker } from "./open.ts"

export interface ReplicaOptions {
  readonly image: string
  readonly name: string
  readonly databaseUrl: string
  readonly environment?: Readonly<Record<string, string>>
}

export interface Replica {
  readonly container: string
  readonly url: string
  /** From the start of its process to the first answer that it is ready, in milliseconds. */
  readonly readyAfter: number
}

const pollMs = 5
const patienceMs = 30_000

/** A hardened container of the app, once it is ready. Throws an Error with its log where it does not become so. */
export async function startReplica(machine: Docker, options: ReplicaOptions): Promise<Replica> {
  const { image, name, databaseUrl, environment } = options
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = { DATABASE_URL: databaseUrl, HOST: "127.0.0.1", HTTP_PORT: String(port), ...environment }
  const container = await startContainer(machine, { image, name, environment: settings })
  const end = Date.now() + patienceMs
  const isReady = () =>
    fetch(url + readiness.path).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) {
    if (Date.now() > end) throw new Error(`${name} did not become ready: ${await logs(container)}`)
    await delay(pollMs)
  }
  const ready = Date.now()
  return { container, url, readyAfter: ready - Date.parse(String(await inspect(container, ".State.StartedAt"))) }
}

/** What the kernel says of a container's first process. */
export async function processStatus(container: string): Promise<string> {
  const read = 'process.stdout.write(require("node:fs").readFileSync("/proc/1/status", "utf8"))'
  return docker(["exec", container, entryPoint[0], "-e", read])
}

const mebibyte = 2 ** 20
const units: Readonly<Record<string, number>> = { KiB: 1 / 1024, MiB: 1, GiB: 1024 }

/** A container's memory, in mebibytes. */
export interface ContainerMemory {
  /** What counts against its limit. */
  readonly counted: number
  /** Its process's own, which no other process shares. */
  readonly own: number
  /** What its process has resident, files of Node's binary included that the kernel keeps once for all. */
  readonly resident: number
}

/** Throws an Error where Docker or the kernel says it in words that are not known. */
export async function readMemory(container: string): Promise<ContainerMemory> {
  const used = await docker(["stats", "--no-stream", "--format={{.MemUsage}}", container])
  const [, amount, unit = ""] = /^([\d.]+)(\wiB) \//.exec(used) ?? []
  const counted = Number(amount) * (units[unit] ?? Number.NaN)
  const status = await processStatus(container)
  const line = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024) / mebibyte
  const memory = { counted, own: line("RssAnon"), resident: line("VmRSS") }
  if (!Object.values(memory).every(Number.isFinite))
    throw new Error(`No memory can be read from "${used}" and:\n${status}`)
  return memory
}

export interface LayerSize {
  readonly bytes: number
  /** By gzip's best. */
  readonly compressed: number
}

/** The size of the image's own layer, in bytes: that of the folder which app/Dockerfile adds to its base. */
export async function ownLayer(machine: Docker, image: string): Promise<LayerSize> {
  const created = await docker(["create", `--label=${machine.label}`, image])
  const count = async (script: string) => Number(await runSure("sh", ["-c", script, "sh", created]))
  return {
    bytes: await count('docker cp "$1":/app - | wc -c'),
    compressed: await count('docker cp "$1":/app - | gzip -9 | wc -c'),
  }
}
