import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, connect } from "node:net"
import { describe, it } from "node:test"
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises"
import { fastify } from "fastify"
import { draining } from "../../../app/server/plugins/draining.ts"

/** A server that drains, one kept connection to it that has been answered once, and what was answered. */
async function openBusy() {
  const server = fastify()
  await server.register(draining)
  server.get("/asked", async () => "answered")
  await server.listen({ host: "127.0.0.1", port: 0 })
  const socket = connect((server.server.address() as AddressInfo).port, "127.0.0.1").setEncoding("utf8")
  await once(socket, "connect")
  const ask = () => socket.write("GET /asked HTTP/1.1\r\nHost: a\r\n\r\n")
  ask()
  await once(socket, "data")
  const later = { text: "" }
  socket.on("data", (text) => {
    later.text += text
  })
  return { server, socket, ask, later }
}

describe("a replica that leaves", () => {
  it("reads what came while it had no processor before it believes that nobody asks", async () => {
    const { server, socket, ask, later } = await openBusy()
    try {
      const left = server.leave()
      await delay(50)
      // From here the loop looks at its timers before it reads.
      await turn()
      ask()
      // Held up for longer than the silence after which it would close.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
      await left
      assert.match(later.text, /^HTTP\/1\.1 200 [\s\S]*\r\nconnection: close\r\n[\s\S]*answered$/i)
    } finally {
      socket.destroy()
      await server.close()
    }
  })

  it("waits for nobody where nobody has asked for a while", async () => {
    const { server, socket } = await openBusy()
    try {
      await delay(400)
      const begun = performance.now()
      await server.leave()
      assert.ok(performance.now() - begun < 200)
      assert.equal(server.isLeaving(), true)
    } finally {
      socket.destroy()
      await server.close()
    }
  })
})
