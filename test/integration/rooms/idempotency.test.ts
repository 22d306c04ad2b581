import assert from "node:assert/strict"
import { describe, it } from "node:test"
import {
  abandonIdempotent,
  beginIdempotent,
  finishIdempotent,
  type IdempotentRequest,
} from "../../../app/data/idempotency.ts"
import { withDatabase } from "./helpers.ts"

const request = (key: string): IdempotentRequest => ({
  key,
  actor: "alice",
  route: "POST /api/v1/optimize",
  requestHash: "hash",
})
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

  async function age(key: string, by: string): Promise<void> {
    await room.db.query("UPDATE idempotency SET started_at = now() - $2::interval WHERE key = $1", [key, by])
  }
})
