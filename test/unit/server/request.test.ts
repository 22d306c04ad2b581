import assert from "node:assert/strict"
import { createServer, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, it } from "node:test"
import type { FastifyReply } from "fastify"
import { leaving } from "../../../app/server/request.ts"

/** A response whose client has asked, and leaves when it is told to. */
async function asked(use: (raw: ServerResponse, leave: () => Promise<void>) => Promise<void>): Promise<void> {
  const arrived = Promise.withResolvers<ServerResponse>()
  const server = createServer((_, response) => arrived.resolve(response)).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const client = request({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" })
  client.on("error", () => undefined).on("response", (answer) => answer.resume())
  client.end()
  try {
    const raw = await arrived.promise
    await use(raw, async () => {
      const closed = new Promise((resolve) => raw.once("close", resolve))
      client.destroy()
      await closed
    })
  } finally {
    client.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const signalOf = (raw: ServerResponse) => leaving({ raw } as FastifyReply)

describe("the signal of a client that leaves", () => {
  it("is one, and is aborted when the client leaves", () =>
    asked(async (raw, leave) => {
      const signal = signalOf(raw)
      const made = signal()
      assert.equal(made.aborted, false)
      await leave()
      assert.equal(made.aborted, true)
      assert.equal(signal(), made)
    }))

  it("is aborted from the start when it is asked for after the client left", () =>
    asked(async (raw, leave) => {
      const signal = signalOf(raw)
      await leave()
      assert.equal(signal().aborted, true)
    }))

  it("is not aborted when the answer was sent whole", () =>
    asked(async (raw) => {
      const made = signalOf(raw)()
      const closed = new Promise((resolve) => raw.once("close", resolve))
      raw.end("answer")
      await closed
      assert.equal(made.aborted, false)
    }))
})
