import type { Db, PgBoss, QueueOptions } from "pg-boss"
import { queue } from "../contract/queue.ts"
import type { Queryable } from "../data/database.ts"
import type { Log } from "../data/log.ts"

export const queueName = queue.name

/** pg-boss's own schema, which it creates and migrates under an advisory lock of its own. */
export const bossSchema = queue.schema

/** How a job may take its time, in seconds. */
export const jobLimits = {
  /** The longest that a job's problem may be solved; then it fails with deadline-exceeded. */
  deadline: 600,
  /** The backstop for a handler that does not heed its deadline. */
  expire: 900,
  /** How long finished jobs can be read. Their results stay. */
  kept: 7 * 24 * 3600,
} as const

/**
 * A worker that is killed stops its heartbeat: its job is lost after 10 s, the least that pg-boss allows, found by the
 * monitor within 5 s, tried again after 1 to 2 s and fetched within 1 s, by any worker. Chosen over an advisory lock
 * that each live worker would hold: a lock also ends with its connection, which is no sign that a worker has ended.
 * Whoever loses its claim cannot complete: pg-boss settles a job only for the attempt that fetched it.
 */
const recovery = { heartbeat: 10, beat: 3, monitor: 5, poll: 1 } as const

export const queueOptions = {
  retryLimit: 5,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  expireInSeconds: jobLimits.expire,
  deleteAfterSeconds: jobLimits.kept,
  heartbeatSeconds: recovery.heartbeat,
} as const satisfies QueueOptions

export const workOptions = {
  perJobResults: true,
  pollingIntervalSeconds: recovery.poll,
  heartbeatRefreshSeconds: recovery.beat,
} as const

/**
 * pg-boss on our pool. Every process looks after what workers lost, so that a job without a worker is shown as waiting
 * while there is no worker at all; pg-boss lets one process do it in each interval. Loaded here, so that a process that
 * starts can answer before it has read pg-boss.
 */
export async function createBoss(db: Queryable, log: Log): Promise<PgBoss> {
  const { PgBoss } = await import("pg-boss")
  const boss = new PgBoss({
    db: asBossDatabase(db),
    schema: bossSchema,
    schedule: false,
    registerInstance: false,
    superviseIntervalSeconds: recovery.monitor,
    monitorIntervalSeconds: recovery.monitor,
    openTelemetry: { enabled: false },
  })
  boss.on("error", sayOutagesOnce(log))
  boss.on("warning", ({ message, data }) => log.warn({ event_type: "queue_warning", data }, message))
  return boss
}

/** pg-boss's calls take this as `db`, so that they run on our pool or inside our transaction. */
export function asBossDatabase(db: Queryable): Db {
  return { executeSql: async (text, values) => ({ rows: await db.query(text, values) }) }
}

/** How many jobs a call changed; pg-boss answers with the count, which its types leave out. */
export function affected(response: object): number {
  return "affected" in response && typeof response.affected === "number" ? response.affected : 0
}

const silenceMillis = 60_000

/** While the database is away every poll fails; that is said once a minute. */
function sayOutagesOnce(log: Log): (error: Error) => void {
  let said = Number.NEGATIVE_INFINITY
  return (error) => {
    const away = "code" in error && error.code === "database-unavailable"
    if (away && Date.now() - said < silenceMillis) return
    if (away) said = Date.now()
    log.warn(
      { event_type: "queue_error", err: error },
      away ? "The job queue cannot reach the database" : error.message,
    )
  }
}
