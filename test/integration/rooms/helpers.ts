import { after, before } from "node:test"
import { type Database, openDatabase } from "../../../app/data/database.ts"
import type { Log } from "../../../app/data/log.ts"
import { migrate } from "../../../app/data/migrate.ts"
import { startPostgres } from "../../support/postgres.ts"

export interface Line {
  readonly level: "debug" | "info" | "warn" | "error"
  readonly fields: object
  readonly message: string
}

/** A log that keeps its lines, for tests that ask what was said. */
export function openTestLog(): Log & { readonly lines: Line[] } {
  const lines: Line[] = []
  const at = (level: Line["level"]) => (fields: object, message: string) => {
    lines.push({ level, fields, message })
  }
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") }
}

export const alice = { actor: "alice", requestId: "request-1" }
export const bob = { actor: "bob", requestId: "request-2" }

/** A migrated database of the suite's own. */
export function withDatabase(poolSize = 10): { readonly db: Database; readonly url: string } {
  let opened: { db: Database; url: string; close(): Promise<void> } | undefined
  before(async () => {
    const postgres = await startPostgres()
    const log = openTestLog()
    await migrate({ url: postgres.url, log })
    const db = openDatabase({ url: postgres.url, poolSize, log })
    opened = {
      db,
      url: postgres.url,
      async close() {
        await db.close()
        await postgres.close()
      },
    }
  })
  after(() => opened?.close())
  const running = () => {
    if (opened === undefined) throw new Error("The database is there only while the suite's tests run.")
    return opened
  }
  return {
    get db() {
      return running().db
    },
    get url() {
      return running().url
    },
  }
}

/** The audit rows of an action: whose, and of what. */
export async function readAudit(db: Database, action: string) {
  return db.query<{ actor: string; subject: string; request_id: string }>(
    "SELECT actor, subject, request_id FROM audit WHERE action = $1 ORDER BY id",
    [action],
  )
}
