import { readdir } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import pg from "pg"
import { connectionOptions } from "./connection.ts"
import type { Queryable } from "./database.ts"
import type { Log } from "./log.ts"
import { databaseUnavailable, meansUnavailable } from "./unavailable.ts"

/** The folder of the SQL files: beside this module in the source, and beside the bundle in the image. */
const folder = fileURLToPath(new URL("./migrations", import.meta.url))
const migrationsTable = "migrations"

/**
 * Brings the schema up to what this release ships; does nothing when it is there already. An advisory lock makes any
 * number of processes safe: they wait for the one that migrates. Throws database-unavailable.
 * @returns the names of the migrations that this call applied, in order.
 */
export async function migrate(options: { url: string; ca?: string | undefined; log: Log }): Promise<string[]> {
  const { log } = options
  // Loaded here, for most starts find the schema there: with what it imports it is half a megabyte of source.
  const { runner } = await import("node-pg-migrate")
  // A connection of its own: waiting for the lock or building an index may outlast the pool's statement limit.
  const client = new pg.Client(connectionOptions(options.url, options.ca))
  client.on("error", (error) => log.warn({ err: error }, "The database connection was lost while migrating"))
  try {
    await client.connect()
  } catch (error) {
    throw databaseUnavailable(error)
  }
  try {
    const applied = await runner({
      dbClient: client,
      dir: folder,
      migrationsTable,
      direction: "up",
      advisoryLockMode: "wait",
      logger: {
        info: (message) => log.debug({}, message),
        warn: (message) => log.warn({}, message),
        error: (message) => log.error({}, message),
      },
    })
    return applied.map(({ name }) => name)
  } catch (error) {
    throw meansUnavailable(error) ? databaseUnavailable(error) : error
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The name of the newest migration that the database has, or null for a database that has none. */
export async function schemaVersion(db: Queryable): Promise<string | null> {
  return (await readApplied(db)).at(-1) ?? null
}

/**
 * Whether the database has every migration that this release ships. It may have more: migrations only expand, so the
 * release before still runs after the next has migrated.
 */
export async function schemaIsCurrent(db: Queryable): Promise<boolean> {
  const applied = new Set(await readApplied(db))
  return (await readShipped()).every((name) => applied.has(name))
}

/** The names of the migrations that this release ships, in order. */
export async function readShipped(): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.slice(0, -".sql".length))
    .sort()
}

async function readApplied(db: Queryable): Promise<string[]> {
  const [table] = await db.query<{ found: boolean }>("SELECT to_regclass($1) IS NOT NULL AS found", [migrationsTable])
  if (table?.found !== true) return []
  const rows = await db.query<{ name: string }>(`SELECT name FROM ${migrationsTable} ORDER BY id`)
  return rows.map(({ name }) => name)
}
