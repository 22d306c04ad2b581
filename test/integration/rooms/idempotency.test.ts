import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { holdClaims } from "../../../app/data/held-claims.ts"
import {
  abandonIdempotent,
  beginIdempotent,
  finishIdempotent,
  type IdempotentRequest,
} from "../../../app/data/idempotency.ts"
import { openTestLog, withDatabase } from "./helpers.ts"

const request = (key: string): IdempotentRequest => ({
  key,
  actor: "alice",
  route: "POST /api/v1/optimize",
  requestHash: "hash",
})
const soon = { silentSeconds: 0.2 }
const answer = { status: 200, headers: { "content-type": "application/json" }, body: '{"id":1}' }

describe("idempotency", () => {
  const room = withDatabase()

  async function claim(of: IdempotentRequest): Promise<string> {
    const begun = await beginIdempotent(room.db, of)
    assert.ok(begun.state === "first")
    return begun.token
  }

  it("lets the first in, holds the second off, and replays the answer afterwards", async () => {
    const asked = request("a")
    const token = await claim(asked)
    assert.deepEqual(await beginIdempotent(room.db, asked), { state: "in-progress" })
    await finishIdempotent(room.db, { ...asked, token, ...answer })
    assert.deepEqual(await beginIdempotent(room.db, asked), { state: "replay", ...answer })
  })

  it("lets exactly one in of many that come at once", async () => {
    const states = await Promise.all(Array.from({ length: 8 }, () => beginIdempotent(room.db, request("b"))))
    assert.equal(states.filter(({ state }) => state === "first").length, 1)
    assert.equal(states.filter(({ state }) => state === "in-progress").length, 7)
  })

  it("tells another body or route under the same key, running or ended", async () => {
    const asked = request("c")
    const token = await claim(asked)
    assert.deepEqual(await beginIdempotent(room.db, { ...asked, requestHash: "other" }), { state: "mismatch" })
    await finishIdempotent(room.db, { ...asked, token, ...answer })
    assert.deepEqual(await beginIdempotent(room.db, { ...asked, route: "POST /other" }), { state: "mismatch" })
  })

  it("keeps one actor's keys from another's", async () => {
    await claim(request("d"))
    await claim({ ...request("d"), actor: "bob" })
  })

  it("gives an abandoned key to the next", async () => {
    const asked = request("e")
    await abandonIdempotent(room.db, { ...asked, token: await claim(asked) })
    await claim({ ...asked, requestHash: "other" })
  })

  it("frees a key whose process died after ten minutes, and then ignores its late answer", async () => {
    const asked = request("f")
    const dead = await claim(asked)
    await age("f", "9 minutes")
    assert.deepEqual(await beginIdempotent(room.db, asked), { state: "in-progress" })
    await age("f", "11 minutes")
    const token = await claim(asked)
    await finishIdempotent(room.db, { ...asked, token: dead, ...answer })
    await abandonIdempotent(room.db, { ...asked, token: dead })
    assert.deepEqual(await beginIdempotent(room.db, asked), { state: "in-progress" })
    await finishIdempotent(room.db, { ...asked, token, ...answer })
    assert.equal((await beginIdempotent(room.db, asked)).state, "replay")
  })

  it("keeps an answer for a day, and removes those past it when another is finished", async () => {
    const asked = request("g")
    await finishIdempotent(room.db, { ...asked, token: await claim(asked), ...answer })
    await age("g", "23 hours")
    assert.equal((await beginIdempotent(room.db, asked)).state, "replay")
    await age("g", "25 hours")
    const other = request("h")
    await finishIdempotent(room.db, { ...other, token: await claim(other), ...answer })
    assert.deepEqual(await room.db.query("SELECT key FROM idempotency WHERE key IN ('g', 'h')"), [{ key: "h" }])
    await claim(asked)
  })

  it("frees a key whose process is silent, for one of two that come at once", async () => {
    const asked = request("i")
    await claim(asked)
    assert.deepEqual(await beginIdempotent(room.db, asked, { silentSeconds: 60 }), { state: "in-progress" })
    // Silence counts from the server's start at the earliest, and this one has just started
    await delay(300)
    const both = [soon, soon].map((limits) => beginIdempotent(room.db, asked, limits))
    assert.deepEqual((await Promise.all(both)).map(({ state }) => state).sort(), ["first", "in-progress"])
  })

  it("waits ten minutes for an attempt of a release without beats, also one that took over from one with them", async () => {
    const asked = request("j")
    await claim(asked)
    await room.db.query("UPDATE idempotency SET started_at = now() - interval '9 minutes' WHERE key = 'j'")
    await room.db.query("UPDATE idempotency SET beat_at = started_at - interval '1 second' WHERE key = 'j'")
    assert.deepEqual(await beginIdempotent(room.db, asked, soon), { state: "in-progress" })
    await room.db.query("UPDATE idempotency SET beat_at = NULL WHERE key = 'j'")
    assert.deepEqual(await beginIdempotent(room.db, asked, soon), { state: "in-progress" })
    await room.db.query("UPDATE idempotency SET beat_at = started_at WHERE key = 'j'")
    assert.equal((await beginIdempotent(room.db, asked, soon)).state, "first")
  })

  it("keeps a key whose process beats, and says when another has taken it", async () => {
    const asked = request("k")
    const log = openTestLog()
    const held = holdClaims(room.db, log, 20)
    try {
      held.add({ ...asked, token: await claim(asked) })
      await delay(600)
      assert.deepEqual(await beginIdempotent(room.db, asked, soon), { state: "in-progress" })
      assert.equal(log.lines.length, 0)
      await room.db.query("UPDATE idempotency SET token = gen_random_uuid() WHERE key = 'k'")
      while (log.lines.length === 0) await delay(10)
      assert.match(log.lines[0]?.message ?? "", /taken over/)
    } finally {
      held.stop()
    }
  })

  async function age(key: string, by: string): Promise<void> {
    await room.db.query("UPDATE idempotency SET started_at = now() - $2::interval WHERE key = $1", [key, by])
  }
})
