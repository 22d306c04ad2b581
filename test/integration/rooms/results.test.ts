import assert from "node:assert/strict"
import { describe, it } from "node:test"
import type { Queryable } from "../../../app/data/database.ts"
import { newId } from "../../../app/data/id.ts"
import { ProblemError } from "../../../app/problem.ts"
import {
  createResultStore,
  deleteResult,
  insertResults,
  listResults,
  type NewResult,
  readResult,
} from "../../../app/results/results.ts"
import type { Answer } from "../../../app/results/schema.ts"
import { alice, bob, readAudit, withDatabase } from "./helpers.ts"

const sum = { spend: 1, response: 2, roi: 2 }

function newResult(actor: string, createdAt = new Date().toISOString()): NewResult & { readonly answer: Answer } {
  const answer: Answer = {
    id: newId(),
    createdAt,
    stored: true,
    status: "optimal",
    goal: "response",
    method: "kkt",
    gap: 0,
    timeMs: 0.1,
    cached: false,
    allocation: { tv: 1 },
    totals: { today: sum, optimal: sum, lift: { response: 0, relative: 0 } },
    budget: { total: 1, shadowPrice: 0 },
    channels: [
      {
        channel: "tv",
        model: "inline",
        today: { spend: 1, response: 2 },
        spend: 1,
        response: 2,
        roi: 2,
        marginalRoi: 2,
        bound: null,
        shadowPrice: 0,
      },
    ],
    constraints: [],
    warnings: [],
  }
  return {
    context: { actor, requestId: "asked" },
    request: { budget: { tv: 1 } },
    answer: { ...answer, json: JSON.stringify(answer) },
  }
}

/** The same database, counting and holding up its INSERTs. */
function observed(db: Queryable) {
  const state = { statements: 0, held: Promise.resolve() }
  const query: Queryable["query"] = async (text, values) => {
    if (text.includes("INSERT INTO results")) {
      state.statements += 1
      await state.held
    }
    return db.query(text, values)
  }
  return { state, db: { query } satisfies Queryable }
}

describe("results", () => {
  const room = withDatabase()

  it("stores what comes together in a few statements, and each waits for its own row", async () => {
    const counted = observed(room.db)
    const store = createResultStore(counted.db)
    const gate = Promise.withResolvers<void>()
    counted.state.held = gate.promise
    const results = Array.from({ length: 300 }, () => newResult("grouped"))
    let done = 0
    const first = results.slice(0, 1).map((result) => store.store(result))
    while (counted.state.statements === 0) await new Promise(setImmediate)
    // The first is under way: the others wait and go together, at most 200 in one statement.
    const others = results.slice(1).map(async (result) => {
      await store.store(result)
      const stored = await readResult(room.db, result.answer.id, { actor: "grouped", requestId: "r" })
      assert.equal(stored.id, result.answer.id)
      done += 1
    })
    await new Promise(setImmediate)
    assert.equal(counted.state.statements, 1)
    assert.equal(done, 0)
    gate.resolve()
    await Promise.all([...first, ...others])
    assert.equal(done, 299)
    assert.equal(counted.state.statements, 3)
  })

  it("fails only the row that the database refuses", async () => {
    const store = createResultStore(room.db)
    const taken = newResult("refused")
    await insertResults(room.db, [taken])
    const good = [newResult("refused"), newResult("refused")]
    const outcomes = await Promise.allSettled([...good, taken].map((result) => store.store(result)))
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "fulfilled", "rejected"],
    )
    for (const { answer } of good) await readResult(room.db, answer.id, { actor: "refused", requestId: "r" })
  })

  it("keeps every text as it was given, also in a group", async () => {
    const named = String.raw`o'neill "quoted" \ {a,b} [1], ü 𝄞`
    const given = [newResult(named), newResult("plain")].map((result) => ({
      ...result,
      context: { ...result.context, requestId: named },
      request: { budget: { [named]: 1 } },
    }))
    await insertResults(room.db, given)
    for (const { context, request, answer } of given) {
      assert.deepEqual(await readResult(room.db, answer.id, context), { ...JSON.parse(answer.json), request })
      const rows = await room.db.query("SELECT at, actor, action, request_id FROM audit WHERE subject = $1", [
        answer.id,
      ])
      const at = new Date(answer.createdAt)
      assert.deepEqual(rows, [{ at, actor: context.actor, action: "result.created", request_id: named }])
    }
  })

  it("shows an actor its own results only", async () => {
    const mine = newResult("alice")
    await insertResults(room.db, [mine, newResult("bob")])
    const stored = await readResult(room.db, mine.answer.id, alice)
    assert.deepEqual(stored, { ...JSON.parse(mine.answer.json), request: mine.request })
    await assert.rejects(
      readResult(room.db, mine.answer.id, bob),
      (error) => error instanceof ProblemError && error.code === "not-found",
    )
    await assert.rejects(readResult(room.db, "no-uuid", alice), /You have no result "no-uuid"/)
    await assert.rejects(deleteResult(room.db, mine.answer.id, bob), /You have no result/)
    const page = await listResults(room.db, alice)
    assert.deepEqual(page, {
      items: [
        {
          id: mine.answer.id,
          createdAt: mine.answer.createdAt,
          goal: "response",
          method: "kkt",
          channels: 1,
          totals: mine.answer.totals,
        },
      ],
      next: null,
    })
    await deleteResult(room.db, mine.answer.id, alice)
    await assert.rejects(deleteResult(room.db, mine.answer.id, alice), /You have no result/)
    const created = (await readAudit(room.db, "result.created")).filter(({ subject }) => subject === mine.answer.id)
    assert.deepEqual(created, [{ actor: "alice", subject: mine.answer.id, request_id: "asked" }])
    assert.deepEqual(await readAudit(room.db, "result.deleted"), [
      { actor: "alice", subject: mine.answer.id, request_id: "request-1" },
    ])
  })

  it("pages newest first without missing or repeating rows of the same moment", async () => {
    const moments = ["2026-01-02T00:00:00.001Z", "2026-01-02T00:00:00.000Z", "2026-01-01T00:00:00.000Z"]
    const results = moments.flatMap((moment) => Array.from({ length: 3 }, () => newResult("pager", moment)))
    await insertResults(room.db, results)
    const context = { actor: "pager", requestId: "r" }
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listResults(room.db, context, { limit: 2, cursor })
      seen.push(...page.items.map(({ createdAt, id }) => `${createdAt} ${id}`))
      // What arrives meanwhile is newer, and moves no page.
      await insertResults(room.db, [newResult("pager")])
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
    const expected = results.map(({ answer }) => `${answer.createdAt} ${answer.id}`).sort()
    assert.deepEqual(seen, expected.reverse())
    await assert.rejects(listResults(room.db, context, { cursor: "AAAA" }), /The cursor must be/)
    await assert.rejects(listResults(room.db, context, { limit: 0 }), /limit 0 must be a whole number from 1 to 200/)
  })
})
