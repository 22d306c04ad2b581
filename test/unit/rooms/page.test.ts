import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { fitWarnings } from "../../../app/models/fit/schema.ts"
import { PeerCurve } from "../../../app/models/peer-schema.ts"
import { AdstockSchema } from "../../../app/optimizer/adstock-schema.ts"
import { CurveSchema } from "../../../app/optimizer/schema.ts"
import { readText } from "../../support/repository.ts"
import { tableRows } from "../../support/rules/documents.ts"

describe("the page of the models", () => {
  const page = readText("docs/models.md")

  it("lists every curve with the formula of its schema", () => {
    assert.deepEqual(
      tableRows(page, ["type", "response", "source"]).map(([type, formula]) => [type, formula]),
      CurveSchema.anyOf.map((schema) => [
        schema.properties.type.const,
        ("description" in schema ? String(schema.description) : "").replace(/^response (= )?/, ""),
      ]),
    )
  })

  it("lists every adstock, every peer's curve and every warning", () => {
    assert.deepEqual(
      tableRows(page, ["adstock", "weight[lag]"]).map(([type]) => type),
      AdstockSchema.anyOf.map(({ properties }) => properties.type.const),
    )
    const named = new Set(page.match(/(?<=`)(?:meridian|robyn|pymc)-[a-z-]+(?=`)/g))
    assert.deepEqual(
      [...named],
      PeerCurve.anyOf.map(({ properties }) => properties.type.const),
    )
    assert.deepEqual(tableRows(page, ["warning", "when"]), Object.entries(fitWarnings))
  })
})
