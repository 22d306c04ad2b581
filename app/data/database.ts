import pg from "pg"
import { ProblemError } from "../problem.ts"
import { connectionOptions, limits } from "./connection.ts"
import type { Log } from "./log.ts"
import { databaseUnavailable, meansUnavailable } from "./unavailable.ts"

/** Runs statements: on any connection of the pool, or inside one transaction. */
export interface Queryable {
  /** The rows of the statement; of all statements when the text holds several. Throws database-unavailable. */
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

export interface PoolStats {
  /** Connections that are open. */
  readonly total: number
  /** Open connections that nobody uses. */
  readonly idle: number
  /** Callers that wait for a connection. */
  readonly waiting: number
  /** The most connections that may be open. */
  readonly size: number
}

export interface Database extends Queryable {
  /** Commits what `work` did when it resolves, undoes it when it throws. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  /** Resolves when the database answers, else throws database-unavailable. */
  ping(): Promise<void>
  stats(): PoolStats
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly url: string
  /** PEM text of the authority that signed the server's certificate. */
  readonly ca?: string | undefined
  readonly poolSize: number
  readonly log: Log
}

/** Connections are replaced after this long, so that the pool follows a failover or a moved name. */
const recycleSeconds = 3600
const idleTimeoutMillis = 60_000
/** A connection that has been idle for longer is asked whether it lives before it is handed out. */
const pingAfterMillis = 1_000
const pingTimeoutMillis = 2_000

/**
 * A pool on one database. Opens no connection yet, so that a process starts while the database is away. Failures of
 * the connection, whatever the driver calls them, surface as ProblemError `database-unavailable`; the next call tries
 * anew. Errors of a statement, such as a broken constraint, stay the driver's.
 */
export function openDatabase({ url, ca, poolSize, log }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    ...connectionOptions(url, ca),
    max: poolSize,
    maxLifetimeSeconds: recycleSeconds,
    idleTimeoutMillis,
    statement_timeout: limits.statement,
    query_timeout: limits.answer,
    idle_in_transaction_session_timeout: limits.idleInTransaction,
  })
  const idleSince = new WeakMap<pg.PoolClient, number>()
  // An idle connection that breaks has already left the pool; without a listener it would end the process.
  pool.on("error", (error) => log.debug({ err: error }, "An idle database connection was lost"))

  async function checkOut(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await pool.connect().catch((error: unknown) => {
        throw databaseUnavailable(error)
      })
      // The pool listens to idle connections only; one in use that breaks fails its query, which is where it is told.
      client.on("error", ignore)
      const since = idleSince.get(client)
      if (since === undefined || Date.now() - since < pingAfterMillis) return client
      const ping = { text: "SELECT 1", query_timeout: pingTimeoutMillis }
      try {
        await client.query(ping)
        return client
      } catch {
        checkIn(client, "drop")
      }
    }
  }

  function checkIn(client: pg.PoolClient, fate: "keep" | "drop"): void {
    client.off("error", ignore)
    idleSince.set(client, Date.now())
    client.release(fate === "drop")
  }

  const database: Database = {
    async query<Row extends object>(text: string, values?: readonly unknown[]) {
      const client = await checkOut()
      let fate: "keep" | "drop" = "keep"
      try {
        return await readRows<Row>(client, text, values)
      } catch (error) {
        // Only a text without values may hold several statements, and may so have left a transaction open.
        if (values === undefined || meansUnavailable(error)) fate = "drop"
        throw translate(error)
      } finally {
        checkIn(client, fate)
      }
    },

    async transaction<T>(work: (tx: Queryable) => Promise<T>) {
      const client = await checkOut()
      let fate: "keep" | "drop" = "keep"
      try {
        await client.query("BEGIN")
        const result = await work({
          query: <Row extends object>(text: string, values?: readonly unknown[]) =>
            readRows<Row>(client, text, values).catch((error: unknown) => {
              throw translate(error)
            }),
        })
        const { command } = await client.query("COMMIT")
        // Postgres answers COMMIT of a transaction in which a statement failed with ROLLBACK, and no error.
        if (command !== "COMMIT") throw new Error("The transaction was rolled back: one of its statements had failed.")
        return result
      } catch (error) {
        await client.query("ROLLBACK").catch(() => {
          fate = "drop"
        })
        throw translate(error)
      } finally {
        checkIn(client, fate)
      }
    },

    async ping() {
      await database.query("SELECT 1")
    },

    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount, size: poolSize }),

    async close() {
      if (!pool.ending) await pool.end()
    },
  }
  return database
}

async function readRows<Row extends object>(
  client: pg.PoolClient,
  text: string,
  values?: readonly unknown[],
): Promise<Row[]> {
  const result = await client.query<Row>(text, values === undefined ? undefined : [...values])
  // A text of several statements gives one result each, which the driver's types do not say.
  return Array.isArray(result) ? result.flatMap((one: pg.QueryResult<Row>) => one.rows) : result.rows
}

function translate(error: unknown): unknown {
  return meansUnavailable(error) && !(error instanceof ProblemError) ? databaseUnavailable(error) : error
}

function ignore(): void {}
