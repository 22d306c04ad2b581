import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { openDatabase } from "../../../app/data/database.ts"
import { exampleModels, seedExamples } from "../../../app/models/examples.ts"
import {
  createModel,
  deleteModel,
  listModels,
  listVersions,
  readModel,
  readModels,
} from "../../../app/models/models.ts"
import type { NewModel } from "../../../app/models/schema.ts"
import { ProblemError } from "../../../app/problem.ts"
import { alice, openTestLog, readAudit, withDatabase } from "./helpers.ts"

const linear = (name: string, slope: number): NewModel => ({ name, curve: { type: "linear", slope } })
const hasCode = (code: string) => (error: unknown) => error instanceof ProblemError && error.code === code

describe("models", () => {
  const room = withDatabase(20)

  it("seeds the examples once, however many processes seed, and never again", async () => {
    const others = Array.from({ length: 4 }, () => openDatabase({ url: room.url, poolSize: 1, log: openTestLog() }))
    const log = openTestLog()
    const seeded = await Promise.all([room.db, ...others].map((db) => seedExamples(db, log)))
    assert.deepEqual(
      seeded.sort((a, b) => b - a),
      [exampleModels.length, 0, 0, 0, 0],
    )
    assert.equal(log.lines.length, 1)
    assert.equal(await countNames(), exampleModels.length)
    const tv = await readModel(room.db, "tv")
    assert.equal(tv.version, 1)
    assert.equal(tv.example, true)
    assert.equal((await readModel(room.db, "digital")).example, true)
    await deleteModel(room.db, "print", alice)
    assert.equal(await seedExamples(room.db, log), 0)
    assert.equal(await countNames(), exampleModels.length - 1)
    await Promise.all(others.map((db) => db.close()))
  })

  it("gives versions 1, 2, 3 … to models that come at once, each with its audit row", async () => {
    const created = await Promise.all(
      Array.from({ length: 12 }, (_, slope) => createModel(room.db, linear("busy", slope), alice)),
    )
    const versions = created.map(({ version }) => version).sort((a, b) => a - b)
    assert.deepEqual(versions, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    const audit = (await readAudit(room.db, "model.created")).filter(({ actor }) => actor === "alice")
    assert.equal(audit.length, 12)
    assert.equal(audit[0]?.request_id, "request-1")
  })

  it("reads the latest version, a named one, and all", async () => {
    await createModel(room.db, { ...linear("brand", 1), unit: "sales per week", description: "By hand" }, alice)
    await createModel(room.db, linear("brand", 2), alice)
    const latest = await readModel(room.db, "brand")
    assert.equal(latest.version, 2)
    assert.deepEqual(latest.curve, { type: "linear", slope: 2 })
    assert.equal(latest.createdBy, "alice")
    assert.equal(latest.example, false)
    const first = await readModel(room.db, "brand", 1)
    assert.deepEqual(first.curve, { type: "linear", slope: 1 })
    assert.equal(first.unit, "sales per week")
    assert.deepEqual(
      (await listVersions(room.db, "brand")).map(({ version }) => version),
      [2, 1],
    )
    const found = await readModels(room.db, [{ name: "brand", version: 1 }, { name: "none" }, { name: "brand" }])
    assert.deepEqual(
      found.map((model) => model?.version),
      [1, undefined, 2],
    )
    await assert.rejects(readModel(room.db, "brand", 3), /There is no model "brand@3"/)
    await assert.rejects(readModel(room.db, "nobody"), hasCode("not-found"))
  })

  it("hides what is deleted and never gives its version again", async () => {
    await createModel(room.db, linear("gone", 1), alice)
    await createModel(room.db, linear("gone", 2), alice)
    await deleteModel(room.db, "gone", alice, 2)
    assert.equal((await readModel(room.db, "gone")).version, 1)
    await deleteModel(room.db, "gone", alice)
    await assert.rejects(readModel(room.db, "gone"), hasCode("not-found"))
    await assert.rejects(deleteModel(room.db, "gone", alice), hasCode("not-found"))
    assert.equal((await createModel(room.db, linear("gone", 3), alice)).version, 3)
    assert.equal((await readAudit(room.db, "model.deleted")).filter(({ subject }) => subject === "gone").length, 2)
  })

  it("refuses a curve that cannot be evaluated, by its path, and writes nothing", async () => {
    const crooked: NewModel = {
      name: "crooked",
      curve: {
        type: "piecewise",
        points: [
          { spend: 10, response: 5 },
          { spend: 5, response: 6 },
        ],
      },
    }
    await assert.rejects(createModel(room.db, crooked, alice), (error) => {
      assert.ok(error instanceof ProblemError)
      assert.equal(error.code, "invalid-body")
      assert.deepEqual(
        error.errors.map(({ path }) => path),
        ["/curve/points/1/spend"],
      )
      return true
    })
    await assert.rejects(readModel(room.db, "crooked"), hasCode("not-found"))
  })

  it("pages by name, each name once", async () => {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await listModels(room.db, { limit: 3, cursor })
      assert.ok(page.items.length <= 3)
      names.push(...page.items.map(({ name }) => name))
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
    assert.deepEqual(names, [...new Set(names)].sort())
    assert.equal(names.length, await countNames())
    await assert.rejects(listModels(room.db, { cursor: "bm90IG91cnM" }), hasCode("invalid-parameter"))
    await assert.rejects(listModels(room.db, { limit: 201 }), hasCode("invalid-parameter"))
  })

  async function countNames(): Promise<number> {
    return (await listModels(room.db, { limit: 200 })).items.length
  }
})
