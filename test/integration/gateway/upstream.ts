import { once } from "node:events"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"

/** A request that came through whole. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly bytes: number
}

export interface Upstream {
  readonly port: number
  /** The requests for this path, in the order of their coming. */
  seen(path: string): readonly Seen[]
  /** How many requests for this path have begun to arrive, also those that were broken off. */
  begun(path: string): number
  /** Refuses connections for as long as the work takes. */
  away(work: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

/** Last segments of paths that are answered in a way of their own; every other path is answered 200 with what was seen. */
export const drop = "drop-the-connection"
export const stall = "never-answer"
export const fail = "answer-503"
export const breakOff = "answer-half"

/**
 * The app's place behind a gateway: it writes down what reaches it. On any free port of 127.0.0.1, or on the given port
 * of every address, since a gateway that runs already may be in a network of its own.
 */
export async function startUpstream(given = 0): Promise<Upstream> {
  const requests: Seen[] = []
  const beginnings: string[] = []
  const server = createServer(async (request, response) => {
    // A kept connection that turns out closed is not counted as a try by nginx: tries are exact on new ones alone.
    response.shouldKeepAlive = false
    const { method = "", url = "", headers } = request
    const path = url.split("?")[0] ?? ""
    beginnings.push(path)
    let bytes = 0
    try {
      for await (const chunk of request) bytes += (chunk as Buffer).length
    } catch {
      return
    }
    const seen = { method, url, headers, bytes }
    requests.push(seen)
    if (path.endsWith(drop)) response.destroy()
    else if (path.endsWith(stall)) return
    else if (path.endsWith(breakOff)) {
      response.writeHead(200, { "content-length": 100 })
      response.write("half an answer", () => response.destroy())
    } else {
      response.writeHead(path.endsWith(fail) ? 503 : 200, {
        "content-type": "application/json",
        "x-frame-options": "SAMEORIGIN",
        vary: "Accept",
      })
      response.end(JSON.stringify(seen))
    }
  })
  let port = given
  const listen = async () => {
    server.listen(port, given === 0 ? "127.0.0.1" : "0.0.0.0")
    await once(server, "listening")
  }
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, "close")
  }
  await listen()
  port = (server.address() as AddressInfo).port
  return {
    port,
    seen: (path) => requests.filter(({ url }) => url.split("?")[0] === path),
    begun: (path) => beginnings.filter((one) => one === path).length,
    async away(work) {
      await stop()
      try {
        await work()
      } finally {
        await listen()
      }
    },
    stop,
  }
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const upstream = await startUpstream()
  await upstream.stop()
  return upstream.port
}
