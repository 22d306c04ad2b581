import { once } from "node:events"
import { createServer, type IncomingMessage } from "node:http"
import type { TSchema } from "typebox"
import { checker } from "../../../app/validation.ts"

/** A request as a double received it. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** What an API's published description says of one operation. */
export interface Operation {
  readonly method: string
  readonly path: RegExp
  readonly query: TSchema
  /** Without one the operation takes no body. */
  readonly body?: TSchema
  answer(asked: Asked, match: RegExpExecArray): Answer
}

export interface Double {
  readonly url: string
  readonly asked: readonly Asked[]
  /** Requests that the description does not allow, each in a sentence. A test expects none. */
  readonly violations: readonly string[]
  /** Answers the next request of this method so, whatever it asks. */
  answerNext(method: string, answer: Answer): void
  close(): Promise<void>
}

/**
 * A server on this machine that answers as an API's description says, refuses every request that the description does
 * not know, and keeps both.
 */
export async function startDouble(
  token: string,
  operations: readonly Operation[],
  refusal: (status: number, code: string, message: string) => Answer,
): Promise<Double> {
  const asked: Asked[] = []
  const violations: string[] = []
  const next: { method: string; answer: Answer }[] = []

  function answerTo(request: Asked, authorization: string | undefined): Answer {
    asked.push(request)
    const refuse = (status: number, code: string, sentence: string) => {
      violations.push(`${request.method} ${request.path}: ${sentence}`)
      return refusal(status, code, sentence)
    }
    if (authorization !== `Bearer ${token}`) return refuse(401, "Unauthenticated", "no valid bearer token")
    const operation = operations.find((one) => one.method === request.method && one.path.test(request.path))
    const match = operation?.path.exec(request.path)
    if (!operation || !match) return refuse(404, "NotFound", "no such operation")
    const wrong = [
      ...problemsOf("query", operation.query, request.query),
      ...(operation.body ? problemsOf("body", operation.body, request.body) : []),
      ...(operation.body === undefined && request.body !== undefined ? ["a body where there is none"] : []),
    ]
    if (wrong.length > 0) return refuse(400, "BadRequest", wrong.join("; "))
    const index = next.findIndex(({ method }) => method === request.method)
    return index < 0 ? operation.answer(request, match) : (next.splice(index, 1)[0]?.answer ?? { status: 500 })
  }

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? "/", "http://double")
      const given = {
        method: request.method ?? "",
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        body,
      }
      const { status, headers, body: answer } = answerTo(given, request.headers.authorization)
      response.writeHead(status, { "Content-Type": "application/json", ...headers })
      response.end(answer === undefined ? undefined : JSON.stringify(answer))
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The double has no port")
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    violations,
    answerNext: (method, answer) => next.push({ method, answer }),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

function problemsOf(where: string, schema: TSchema, value: unknown): string[] {
  const checked = checker(schema, "strict")(value)
  return checked.ok ? [] : checked.errors.map(({ path, message }) => `${where} ${path} ${message}`)
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  return text === "" ? undefined : JSON.parse(text)
}
