import { Writable } from "node:stream"
import { headers } from "../../app/contract/headers.ts"
import { openLog } from "../../app/server/log.ts"
import { type Running, startProcess } from "../../app/server/process.ts"
import { readSettings } from "../../app/server/settings.ts"
import { answerSchemas } from "./answer-schemas.ts"

/** The consumer that requests come from when a test names no other. */
export const consumer = "web-app"

export const operatorKey = "operator-key-of-thirty-two-letters"

/** Limits that a test never meets unless it sets its own. */
const unlimited = { API_RATE: "100000", API_BURST: "100000", OPTIMIZE_RATE: "100000", OPTIMIZE_BURST: "100000" }

export interface TestApp {
  readonly running: Running
  /** The log lines so far, parsed. */
  readonly lines: Record<string, unknown>[]
  ask(method: "GET" | "POST" | "PUT" | "DELETE", url: string, options?: AskOptions): Promise<Answered>
  close(): Promise<void>
}

export interface AskOptions {
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

export interface Answered {
  readonly status: number
  readonly headers: Record<string, unknown>
  /** The parsed body, or its text when it is not JSON. Of no type: every test asserts the members that it reads. */
  readonly body: ReturnType<typeof JSON.parse>
}

/** One process of the app, with the environment of a test, on any free port of this machine. */
export async function startApp(
  databaseUrl: string,
  environment: Record<string, string> = {},
  { wait = true }: { wait?: boolean } = {},
): Promise<TestApp> {
  const lines: Record<string, unknown>[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split("\n")) lines.push(JSON.parse(line))
      done()
    },
  })
  const settings = readSettings({
    DATABASE_URL: databaseUrl,
    HOST: "127.0.0.1",
    HTTP_PORT: "0",
    DATABASE_POOL_SIZE: "8",
    OPERATOR_KEY: operatorKey,
    ...unlimited,
    ...environment,
  })
  const running = await startProcess(settings, openLog(settings.LOG_LEVEL, sink))
  if (wait) await running.prepared
  const checkAnswer = answerSchemas(running.server)
  return {
    running,
    lines,
    async ask(method, url, options = {}) {
      const isText = typeof options.body === "string"
      const answer = await running.server.inject({
        method,
        url,
        headers: { [headers.consumer]: consumer, ...(isText ? jsonType : {}), ...options.headers },
        ...(options.body === undefined ? {} : { payload: options.body as object | string }),
      })
      const isJson = String(answer.headers["content-type"]).includes("json")
      const body = isJson ? answer.json() : answer.body
      if (isJson) checkAnswer(method, url, answer.statusCode, body)
      return { status: answer.statusCode, headers: answer.headers, body }
    },
    close: () => running.close(),
  }
}

const jsonType = { "Content-Type": "application/json" }
