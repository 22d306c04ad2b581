import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http"

export interface Question {
  readonly method?: string
  /** Sent as it is written: no dot segment is resolved on the way. */
  readonly path: string
  /** A list sends the header once for each value. */
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Uint8Array
  /** Sends the body without saying how long it is. */
  readonly chunked?: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  json(): unknown
}

/** One request on a connection of its own, spelled exactly as asked, which fetch does not allow. */
export function ask(url: string, question: Question): Promise<Answer> {
  const { method = "GET", path, headers = {}, body, chunked = false } = question
  const { hostname, port } = new URL(url)
  const length = body === undefined || chunked ? {} : { "content-length": Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers: { ...length, ...headers }, agent: new Agent() },
      async (received) => {
        try {
          let text = ""
          for await (const chunk of received.setEncoding("utf8")) text += chunk
          const json = () => JSON.parse(text) as unknown
          resolve({ status: received.statusCode ?? 0, headers: received.headers, text, json })
        } catch (error) {
          reject(error)
        }
      },
    )
    sent.on("error", reject)
    if (body !== undefined && headers.expect !== undefined) sent.on("continue", () => sent.end(body))
    else if (body !== undefined && chunked) {
      sent.write(body)
      sent.end()
    } else sent.end(body)
    if (headers.expect !== undefined) sent.flushHeaders()
  })
}
