import type { FastifyInstance } from "fastify"
import fp from "fastify-plugin"

/**
 * While the server closes, each answer also ends its connection. Node closes the connections that are idle at that
 * moment; one that answers later would otherwise be kept alive, and the process with it, until its client lets go.
 */
export const draining = fp(async (server: FastifyInstance) => {
  let isClosing = false
  server.addHook("preClose", async () => {
    isClosing = true
  })
  server.addHook("onSend", async (_request, reply) => {
    if (isClosing) reply.header("Connection", "close")
  })
})
