import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { type Database, openDatabase } from "../../../app/data/database.ts"
import { ProblemError } from "../../../app/problem.ts"
import { startServer } from "../../support/postgres.ts"
import { openTestLog, withDatabase } from "./helpers.ts"

const isUnavailable = (error: unknown) =>
  error instanceof ProblemError && error.code === "database-unavailable" && error.retryAfter === 5

describe("database", () => {
  const room = withDatabase(4)

  it("gives rows, of every statement of a text", async () => {
    assert.deepEqual(await room.db.query("SELECT $1::integer AS n", [7]), [{ n: 7 }])
    assert.deepEqual(await room.db.query("SELECT 1 AS n; SELECT 2 AS n"), [{ n: 1 }, { n: 2 }])
  })

  it("commits what resolves and undoes what throws", async () => {
    await room.db.query("CREATE TABLE notes (n integer)")
    const given = await room.db.transaction(async (tx) => {
      await tx.query("INSERT INTO notes VALUES (1)")
      return "kept"
    })
    assert.equal(given, "kept")
    const change = room.db.transaction(async (tx) => {
      await tx.query("INSERT INTO notes VALUES (2)")
      throw new Error("no")
    })
    await assert.rejects(change, /^Error: no$/)
    assert.deepEqual(await room.db.query("SELECT n FROM notes"), [{ n: 1 }])
  })

  it("refuses to call a transaction committed whose failed statement was swallowed", async () => {
    const change = room.db.transaction((tx) => tx.query("SELECT 1/0").catch(() => undefined))
    await assert.rejects(change, /was rolled back/)
  })

  it("leaves a statement's own error as it is, and its connection usable", async () => {
    const single = openDatabase({ url: room.url, poolSize: 1, log: openTestLog() })
    await assert.rejects(single.query("SELECT 1/0"), { code: "22012" })
    // A text of several statements that fails inside its own transaction must not leave it open for the next caller.
    await assert.rejects(single.query("BEGIN; SELECT 1/0; COMMIT"), { code: "22012" })
    assert.deepEqual(await single.query("SELECT 1 AS n"), [{ n: 1 }])
    await single.close()
  })

  it("replaces a connection that died while it was idle", async () => {
    const victim = openDatabase({ url: room.url, poolSize: 1, log: openTestLog() })
    const pid = await backend(victim)
    await room.db.query("SELECT pg_terminate_backend($1)", [pid])
    while (victim.stats().total > 0) await delay(5)
    assert.notEqual(await backend(victim), pid)
    await victim.close()
  })

  it("says unavailable when every connection stays taken", async () => {
    const small = openDatabase({ url: room.url, poolSize: 1, log: openTestLog() })
    const held = Promise.withResolvers<void>()
    const holder = small.transaction(() => held.promise)
    assert.deepEqual(small.stats().size, 1)
    await assert.rejects(small.query("SELECT 1"), isUnavailable)
    held.resolve()
    await holder
    await small.close()
  })
})

describe("database that goes away", () => {
  it("says unavailable and recovers by itself, in a transaction and out of it", async () => {
    const server = await startServer()
    const db = openDatabase({ url: server.url, poolSize: 3, log: openTestLog() })
    try {
      await db.ping()
      const stopped = Promise.withResolvers<void>()
      const begun = Promise.withResolvers<void>()
      const change = db.transaction(async (tx) => {
        await tx.query("SELECT 1")
        begun.resolve()
        await stopped.promise
        return tx.query("SELECT 1")
      })
      await begun.promise
      await server.stop()
      stopped.resolve()
      await assert.rejects(change, isUnavailable)
      await assert.rejects(db.query("SELECT 1"), isUnavailable)
      await assert.rejects(db.ping(), isUnavailable)
      await server.start()
      assert.deepEqual(await db.query("SELECT 1 AS n"), [{ n: 1 }])
    } finally {
      await db.close()
      await server.close()
    }
  })

  it("asks a connection that was idle for long, and replaces one that does not answer", async () => {
    // A server of our own: the test stops one of its processes.
    const server = await startServer()
    const victim = openDatabase({ url: server.url, poolSize: 1, log: openTestLog() })
    const pid = await backend(victim)
    // A stopped process keeps its socket open: only the question finds out.
    process.kill(pid, "SIGSTOP")
    try {
      await delay(1_100)
      assert.notEqual(await backend(victim), pid)
    } finally {
      process.kill(pid, "SIGCONT")
      await victim.close()
      await server.close()
    }
  })

  it("opens while nobody listens, and says unavailable when it is asked", async () => {
    const nobody = openDatabase({ url: "postgres://a:b@127.0.0.1:1/c", poolSize: 1, log: openTestLog() })
    await assert.rejects(nobody.ping(), isUnavailable)
    await nobody.close()
  })
})

async function backend(db: Database): Promise<number> {
  const [row] = await db.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")
  return row?.pid ?? 0
}
