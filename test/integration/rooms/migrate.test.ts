import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { build } from "esbuild"
import { PG_MIGRATE_LOCK_ID } from "node-pg-migrate"
import { openDatabase, type Queryable } from "../../../app/data/database.ts"
import { migrate, readShipped, schemaIsCurrent, schemaVersion } from "../../../app/data/migrate.ts"
import { ProblemError } from "../../../app/problem.ts"
import { startPostgres } from "../../support/postgres.ts"
import { openTestLog } from "./helpers.ts"

const run = promisify(execFile)
const migrateModule = fileURLToPath(new URL("../../../app/data/migrate.ts", import.meta.url))

/** A program that migrates and prints what it applied. */
const program = (module: string) => `
  import { migrate } from ${JSON.stringify(module)}
  const none = () => {}
  const log = { debug: none, info: none, warn: none, error: none }
  console.log(JSON.stringify(await migrate({ url: process.argv[1] ?? "", log })))
`

describe("migrate", () => {
  it("applies each migration once when four processes start together", async () => {
    const postgres = await startPostgres()
    const db = openDatabase({ url: postgres.url, poolSize: 2, log: openTestLog() })
    try {
      assert.equal(await schemaIsCurrent(db), false)
      assert.equal(await schemaVersion(db), null)
      // The lock is held until all four wait for it, so that they do come at once.
      const runs = await db.transaction(async (tx) => {
        await tx.query("SELECT pg_advisory_xact_lock($1)", [PG_MIGRATE_LOCK_ID])
        const begun = Array.from({ length: 4 }, () =>
          run(process.execPath, ["--input-type=module", "--eval", program(migrateModule), postgres.url]),
        )
        const early = Promise.race(begun).then(() => assert.fail("A process did not wait for the lock."))
        await Promise.race([early, until(async () => (await countWaiting(tx)) === 4)])
        early.catch(() => undefined)
        return begun
      })
      const ended = await Promise.all(runs)
      const applied = ended.flatMap(({ stdout }) => JSON.parse(stdout) as string[])
      const shipped = await readShipped()
      assert.deepEqual(applied, shipped)
      assert.equal(await schemaIsCurrent(db), true)
      assert.equal(await schemaVersion(db), shipped.at(-1))
      assert.deepEqual(await migrate({ url: postgres.url, log: openTestLog() }), [])
    } finally {
      await db.close()
      await postgres.close()
    }
  })

  it("finds a database current that a later release has migrated further", async () => {
    const postgres = await startPostgres()
    const db = openDatabase({ url: postgres.url, poolSize: 1, log: openTestLog() })
    try {
      await migrate({ url: postgres.url, log: openTestLog() })
      await db.query("INSERT INTO migrations (name, run_on) VALUES ('9999_from-the-future', now())")
      assert.equal(await schemaIsCurrent(db), true)
      assert.deepEqual(await migrate({ url: postgres.url, log: openTestLog() }), [])
      await db.query("DELETE FROM migrations WHERE name = $1", [(await readShipped())[0]])
      assert.equal(await schemaIsCurrent(db), false)
    } finally {
      await db.close()
      await postgres.close()
    }
  })

  it("works bundled, with the SQL files beside the bundle", async () => {
    const folder = await mkdtemp(join(tmpdir(), "atlas-bundle-"))
    const postgres = await startPostgres()
    try {
      const outfile = join(folder, "migrate.js")
      await build({
        entryPoints: [migrateModule],
        outfile,
        bundle: true,
        platform: "node",
        format: "esm",
        external: ["pg-native"],
        logLevel: "error",
        banner: {
          js: 'import { createRequire as load } from "node:module"; const require = load(import.meta.url);',
        },
      })
      await cp(fileURLToPath(new URL("../../../app/data/migrations", import.meta.url)), join(folder, "migrations"), {
        recursive: true,
      })
      const { stdout } = await run(
        process.execPath,
        ["--input-type=module", "--eval", program(outfile), postgres.url],
        {
          cwd: folder,
        },
      )
      assert.deepEqual(JSON.parse(stdout), await readShipped())
    } finally {
      await postgres.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  it("says unavailable when nobody listens", async () => {
    await assert.rejects(
      migrate({ url: "postgres://a:b@127.0.0.1:1/c", log: openTestLog() }),
      (error) => error instanceof ProblemError && error.code === "database-unavailable",
    )
  })
})

/** How many sessions of this database wait for an advisory lock. */
async function countWaiting(db: Queryable): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM pg_locks JOIN pg_database d ON d.oid = database
     WHERE locktype = 'advisory' AND NOT granted AND d.datname = current_database()`,
  )
  return row?.count ?? 0
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(20)
}
