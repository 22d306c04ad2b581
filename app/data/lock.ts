import { setTimeout as delay } from "node:timers/promises"
import pg from "pg"
import { connectionOptions } from "./connection.ts"
import type { Log } from "./log.ts"

/** What one who holds a lock knows of it. */
export interface Held {
  /** Aborted as soon as the lock may be lost. */
  readonly lost: AbortSignal
  /** Whether the lock is held at this moment: asks the server. To be called right before each act that needs it. */
  confirm(): Promise<boolean>
}

export interface LockOptions {
  readonly url: string
  readonly ca?: string | undefined
  /** Names the lock; any number of processes on one database share it by name. */
  readonly name: string
  readonly log: Log
  readonly beatMs?: number
}

/** How often the holder shows that it lives, and the others ask for the lock. */
const defaultBeatMs = 5_000

/**
 * The server ends the session of a holder that has been silent for so many beats, and the operating system a connection
 * whose other end has vanished; either way the lock is free again. A hung process keeps it no longer than this.
 */
const beatsUntilLost = 4

/**
 * Runs `work` while this process holds a lock that one process in the database can hold: a session's advisory lock on a
 * connection of its own (https://www.postgresql.org/docs/17/explicit-locking.html#ADVISORY-LOCKS). `work` must end soon
 * after `lost`; then this process asks for the lock again, until `ended`. A database that is away is waited for.
 */
export async function withLock(
  options: LockOptions,
  ended: AbortSignal,
  work: (held: Held) => Promise<void>,
): Promise<void> {
  const { log, name, beatMs = defaultBeatMs } = options
  for (let said = false; !ended.aborted; ) {
    const client = createClient(options)
    // A connection that breaks is told by `lost` and by the next query; without a listener it would end the process.
    client.on("error", ignore)
    let failure: unknown
    try {
      await openSession(client, beatMs)
      said = false
      if (await waitForLock(client, name, beatMs, ended)) await holdLock(client, { log, name, beatMs }, ended, work)
    } catch (error) {
      failure = error
    }
    // The end of the session is what frees the lock; a connection that is broken has no better end.
    await Promise.race([client.end().catch(ignore), delay(1000, undefined, { ref: false })])
    if (failure instanceof WorkError) throw failure.cause
    if (failure !== undefined && !said) {
      said = true
      log.warn({ event_type: "lock", lock: name, err: failure }, "The lock could not be asked for; trying again")
    }
    await delay(beatMs, undefined, { signal: ended }).catch(ignore)
  }
}

/** What `work` threw, told apart from what the database threw. */
class WorkError extends Error {}

function createClient({ url, ca, beatMs = defaultBeatMs }: LockOptions): pg.Client {
  return new pg.Client({ ...connectionOptions(url, ca), query_timeout: beatMs })
}

async function openSession(client: pg.Client, beatMs: number): Promise<void> {
  await client.connect()
  const silentMs = beatMs * beatsUntilLost
  const seconds = Math.ceil(beatMs / 1000)
  // The last three are Linux's; elsewhere Postgres takes them and does what it can.
  await client.query(
    `SET idle_session_timeout = ${silentMs}; SET tcp_keepalives_idle = ${seconds};
     SET tcp_keepalives_interval = ${seconds}; SET tcp_keepalives_count = ${beatsUntilLost}`,
  )
}

/** Asks for the lock once a beat, which also shows that the connection lives. False when `ended` came first. */
async function waitForLock(client: pg.Client, name: string, beatMs: number, ended: AbortSignal): Promise<boolean> {
  while (!ended.aborted) {
    const { rows } = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken",
      [name],
    )
    if (rows[0]?.taken === true) return true
    await delay(beatMs, undefined, { signal: ended }).catch(ignore)
  }
  return false
}

async function holdLock(
  client: pg.Client,
  { log, name, beatMs }: { log: Log; name: string; beatMs: number },
  ended: AbortSignal,
  work: (held: Held) => Promise<void>,
): Promise<void> {
  const lost = new AbortController()
  const lose = () => lost.abort()
  client.once("end", lose)
  client.once("error", lose)
  const confirm = async () => {
    if (lost.signal.aborted) return false
    try {
      await client.query("SELECT 1")
    } catch {
      lose()
    }
    return !lost.signal.aborted
  }
  const beat = setInterval(() => void confirm(), beatMs)
  log.info({ event_type: "lock", lock: name }, "This process holds the lock")
  try {
    await work({ lost: lost.signal, confirm }).catch((error: unknown) => {
      throw new WorkError("The work under the lock failed", { cause: error })
    })
  } finally {
    clearInterval(beat)
    client.off("end", lose)
    client.off("error", lose)
    if (!ended.aborted) log.warn({ event_type: "lock", lock: name }, "This process no longer holds the lock")
  }
}

function ignore(): void {}
