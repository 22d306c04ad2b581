import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { openDatabase } from "../../../app/data/database.ts"
import { migrate } from "../../../app/data/migrate.ts"
import { type Mode, readMode, watchMode, writeMode } from "../../../app/data/mode.ts"
import { startServer } from "../../support/postgres.ts"
import { alice, openTestLog, readAudit, withDatabase } from "./helpers.ts"

describe("mode", () => {
  const room = withDatabase()

  it("is normal to begin with, and is audited when it changes", async () => {
    assert.equal(await readMode(room.db), "normal")
    await room.db.transaction((tx) => writeMode(tx, "maintenance", alice))
    assert.equal(await readMode(room.db), "maintenance")
    assert.deepEqual(await readAudit(room.db, "mode.changed"), [
      { actor: "alice", subject: "maintenance", request_id: "request-1" },
    ])
    await room.db.transaction((tx) => writeMode(tx, "normal", alice))
  })

  it("tells each change to whoever watches, and nothing after stop", async () => {
    const seen: Mode[] = []
    const changed = Promise.withResolvers<void>()
    const watch = watchMode(
      room.db,
      (mode) => {
        seen.push(mode)
        if (mode === "normal") changed.resolve()
      },
      { intervalMs: 10 },
    )
    await room.db.transaction((tx) => writeMode(tx, "read-only", alice))
    while (watch.current() !== "read-only") await watch.refresh()
    await room.db.transaction((tx) => writeMode(tx, "normal", alice))
    await changed.promise
    assert.deepEqual(seen, ["read-only", "normal"])
    watch.stop()
    await room.db.transaction((tx) => writeMode(tx, "maintenance", alice))
    await watch.refresh()
    assert.deepEqual(seen, ["read-only", "normal"])
  })

  it("keeps the last known mode while the database is away", async () => {
    const server = await startServer()
    const log = openTestLog()
    await migrate({ url: server.url, log })
    const db = openDatabase({ url: server.url, poolSize: 2, log })
    const failed = Promise.withResolvers<void>()
    const watching = { ...log, debug: () => failed.resolve() }
    const watch = watchMode(db, () => undefined, { intervalMs: 10, log: watching })
    try {
      await db.transaction((tx) => writeMode(tx, "read-only", alice))
      await watch.refresh()
      await server.stop()
      await failed.promise
      assert.equal(watch.current(), "read-only")
    } finally {
      watch.stop()
      await db.close()
      await server.close()
    }
  })
})
