import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { Redis } from "ioredis"
import { standardPorts } from "../../spec/ports.ts"
import { startReady, waitUntil } from "./children.ts"
import type { Context, Create } from "./context.ts"
import { describePort, loopback, onFreePort } from "./ports.ts"
import { supervise } from "./supervise.ts"

const preferredPort = standardPorts.redis
const startSeconds = 20
const stopSeconds = 5
const restartPauseSeconds = 5

/** The servers that speak the Redis protocol, in the order in which they are looked for. */
const servers = ["redis-server", "valkey-server"]

/** The Redis that REDIS_URL names; else a private one, where a server is on PATH; else none, and the caches are in-process. */
export const createCache: Create<"atlas:local:Cache"> = async (name, inputs, context) => {
  const given = process.env.REDIS_URL
  if (given) return useGiven(given)
  const server = findOnPath(servers)
  if (server !== undefined) return startServer(name, server, inputs.memoryBytes, context)
  return {
    outputs: { url: undefined, ca: undefined },
    note: `in-process: REDIS_URL is not set, and neither ${servers.join(" nor ")} is on PATH`,
  }
}

async function useGiven(url: string) {
  const ca = process.env.REDIS_CA || undefined
  const address = addressOf(url)
  if (address === undefined) {
    throw new Error("REDIS_URL is no URL that begins with redis:// or rediss://; correct it, or unset it")
  }
  const problem = await ping(url, ca)
  if (problem !== undefined) {
    throw new Error(`REDIS_URL names ${address}, which does not answer: ${problem}. Start it, or unset REDIS_URL`)
  }
  return { outputs: { url, ca }, secrets: ["url"], note: `${address}, from REDIS_URL` }
}

async function startServer(name: string, server: string, memoryBytes: number, context: Context) {
  const { state, records, signal, hurry } = context
  const password = state.secret(`${name}-password`, 32)
  const folder = state.folder("cache")
  const urlOf = (port: number) => `redis://:${password}@${loopback}:${port}`
  const start = (port: number, until: AbortSignal) => {
    const config = state.writePrivate(join("cache", "server.conf"), serverConfig(port, password, folder, memoryBytes))
    const spec = {
      name,
      command: server,
      args: [config],
      environment: {},
      folder,
      log: join(state.logs, `${name}.log`),
      stopSignal: "SIGTERM",
      graceSeconds: stopSeconds,
    } as const
    return startReady(spec, records, hurry, (child) =>
      waitUntil(child, "answered", startSeconds, until, async () => (await ping(urlOf(port))) === undefined),
    )
  }
  const { port, result: child } = await onFreePort(preferredPort, (port) => start(port, signal))
  const supervised = supervise(name, child, restartPauseSeconds, context, (until) => start(port, until))
  return {
    outputs: { url: urlOf(port), ca: undefined },
    secrets: ["url"],
    note: `${server} on ${describePort(port, preferredPort)}`,
    remove: supervised.stop,
  }
}

/** Nothing is saved: what the cache holds can be computed again, and the rate counters begin anew. */
const serverConfig = (port: number, password: string, folder: string, memoryBytes: number): string =>
  [
    `bind ${loopback}`,
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${folder}"`,
    'save ""',
    "appendonly no",
    "daemonize no",
    `maxmemory ${Math.trunc(memoryBytes)}`,
    "maxmemory-policy allkeys-lru",
    "",
  ].join("\n")

/** Why the server does not answer; undefined when it does. */
async function ping(url: string, ca?: string): Promise<string | undefined> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 5000,
    ...(ca === undefined ? {} : { tls: { ca } }),
  })
  let reason: string | undefined
  client.on("error", (error) => {
    reason = error.message
  })
  try {
    await client.connect()
    await client.ping()
    return undefined
  } catch (error) {
    return reason ?? (error instanceof Error ? error.message : String(error))
  } finally {
    client.disconnect()
  }
}

/** Host and port of a Redis URL, without its password; undefined when it is none. */
function addressOf(url: string): string | undefined {
  const parsed = URL.parse(url)
  return parsed !== null && /^rediss?:$/.test(parsed.protocol) ? parsed.host : undefined
}

function findOnPath(programs: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "")
  return programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
