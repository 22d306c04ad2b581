import assert from "node:assert/strict"
import { describe, it } from "node:test"
import buildSerializers from "@fastify/fast-json-stringify-compiler"
import { fastify } from "fastify"
import { lazySerializers } from "../../../app/server/serialization.ts"

describe("serializers", () => {
  it("are compiled at the first answer and no more, and leave out what the schema does not name", async () => {
    let compiled = 0
    const build = lazySerializers((schemas, options) => {
      const compile = buildSerializers()(schemas, options)
      return (route) => {
        compiled += 1
        return compile(route)
      }
    })
    const server = fastify({ schemaController: { compilersFactory: { buildSerializer: build } } })
    const answer = { type: "object", properties: { kept: { type: "number" } } }
    server.get("/", { schema: { response: { 200: answer } } }, async () => ({ kept: 1, dropped: 2 }))
    try {
      await server.ready()
      assert.equal(compiled, 0)
      for (const _ of [1, 2]) assert.equal((await server.inject("/")).body, '{"kept":1}')
      assert.equal(compiled, 1)
    } finally {
      await server.close()
    }
  })
})
