import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { createServer as createHttpServer } from "node:http"
import { createServer } from "node:net"
import { join } from "node:path"
import { afterEach, beforeEach, test } from "node:test"
import { fileURLToPath } from "node:url"
import { isPortTaken, startReady, waitUntil } from "../../../infra/targets/local/children.ts"
import { identify } from "../../../infra/targets/local/identity.ts"
import { createJob } from "../../../infra/targets/local/job.ts"
import { onFreePort } from "../../../infra/targets/local/ports.ts"
import { createProcess } from "../../../infra/targets/local/process.ts"
import type { Inputs } from "../../../infra/targets/local/resources.ts"
import { listensOn } from "../../../infra/targets/local/sockets.ts"
import { openContext, type TestContext } from "../../support/infra/context.ts"
import { freePort } from "../../support/ports.ts"

const entry = fileURLToPath(new URL("../../support/infra/stand-in.mjs", import.meta.url))

let scene: TestContext
beforeEach(async () => {
  scene = await openContext()
})
afterEach(() => scene.close())

const inputs = (environment: Record<string, string> = {}): Inputs<"atlas:local:Process"> => ({
  entry,
  command: "serve",
  environment,
  drainSeconds: 5,
  readyPath: "/ready",
  startSeconds: 10,
})

const start = async (given = inputs(), name = "api", context = scene.context) =>
  scene.track(await createProcess(name, given, context))

const readLog = () => readFileSync(join(scene.context.state.logs, "api.log"), "utf8")

test("a process stands once it is ready, has only the variables it needs, and drains when it is removed", async () => {
  const api = await start(inputs({ LOG_LEVEL: "INFO" }))
  const response = await fetch(`http://127.0.0.1:${api.outputs.port}/ready`)
  assert.equal(response.status, 200)
  const [pid] = scene.running()
  assert.ok(pid)
  assert.equal(api.note, `127.0.0.1:${api.outputs.port}, process ${pid}`)
  await api.remove()
  assert.equal(identify(pid), undefined)
  assert.deepEqual(scene.running(), [])
  const [started, drained] = readLog().trim().split("\n")
  const { command, names }: { command: string; names: string[] } = JSON.parse(started ?? "")
  assert.equal(command, "serve")
  // Node itself hands its own variable down to children while coverage is measured.
  assert.deepEqual(
    names.filter((name) => name !== "NODE_V8_COVERAGE"),
    ["HOST", "HTTP_PORT", "LOG_LEVEL", "PATH"],
  )
  assert.equal(drained, "drained")
})

test("a process that ends before it is ready is an error with the end of its log", async () => {
  await assert.rejects(start(inputs({ BEHAVIOR: "refuse" })), (error: unknown) => {
    assert.ok(error instanceof Error)
    assert.match(
      error.message,
      /^api ended with exit code 2 before it answered 200 at \/ready\. The end of .*api\.log:/,
    )
    assert.match(error.message, /\nDATABASE_URL is not a URL of a Postgres$/)
    return true
  })
  assert.deepEqual(scene.running(), [])
})

test("a process that does not become ready in time is an error, and is stopped", async () => {
  await assert.rejects(
    start({ ...inputs({ BEHAVIOR: "unready" }), startSeconds: 0.3 }),
    /^Error: api has not answered 200 at \/ready within 0\.3 s/,
  )
  assert.deepEqual(scene.running(), [])
})

test("an interruption ends a start that is under way", async () => {
  const stop = new AbortController()
  const starting = createProcess("api", inputs({ BEHAVIOR: "unready" }), { ...scene.context, signal: stop.signal })
  stop.abort(new Error("Interrupted"))
  await assert.rejects(starting, /Interrupted/)
  assert.deepEqual(scene.running(), [])
})

test("a process that dies is started again on its port, and said so", async () => {
  const api = await start()
  const [first] = scene.running()
  assert.ok(first)
  process.kill(first, "SIGKILL")
  assert.match(await scene.heard(/runs again/), /^api: runs again as process \d+$/)
  assert.match(scene.said[0] ?? "", /^api: ended with signal SIGKILL; starts again in 1 s \(log: .*api\.log\)$/)
  const [second] = scene.running()
  assert.notEqual(second, first)
  assert.equal((await fetch(`http://127.0.0.1:${api.outputs.port}/ready`)).status, 200)
  await api.remove()
  assert.deepEqual(scene.running(), [])
})

test("removal while a new start is waited for starts nothing more", async () => {
  const api = await start()
  const [pid] = scene.running()
  assert.ok(pid)
  process.kill(pid, "SIGKILL")
  await scene.heard(/starts again/)
  await api.remove()
  assert.deepEqual(scene.running(), [])
  assert.ok(!scene.said.some((line) => line.includes("runs again")))
})

test("a process that does not drain is killed after its grace, or at once when asked to hurry", async () => {
  const patient = await start({ ...inputs({ BEHAVIOR: "cling" }), drainSeconds: 0.2 })
  await patient.remove()
  assert.deepEqual(scene.running(), [])

  const hurry = new AbortController()
  const context = { ...scene.context, hurry: hurry.signal }
  const clinging = await start({ ...inputs({ BEHAVIOR: "cling" }), drainSeconds: 1000 }, "api", context)
  const removed = clinging.remove()
  hurry.abort()
  await removed
  assert.deepEqual(scene.running(), [])
})

test("the preferred port is taken when free, else the next, which is said", async () => {
  const port = await freePort()
  const api = await start({ ...inputs(), preferredPort: port })
  assert.equal(api.outputs.port, port)
  const beside = await start({ ...inputs(), preferredPort: port }, "beside")
  assert.ok(beside.outputs.port > port)
  assert.match(
    beside.note ?? "",
    new RegExp(`^127\\.0\\.0\\.1:${beside.outputs.port} \\(port ${port} is taken\\), process`),
  )
})

test("a port that is taken between the look and the bind sends it to another", async () => {
  const holder = createServer()
  const tried: number[] = []
  const { port } = await onFreePort(undefined, async (candidate) => {
    tried.push(candidate)
    if (tried.length > 1) return
    await new Promise<void>((resolve) => holder.listen(candidate, "127.0.0.1", resolve))
    // What a part throws when its log says so.
    throw Object.assign(new Error("listen EADDRINUSE"), { portTaken: true })
  })
  assert.equal(tried.length, 2)
  assert.notEqual(tried[0], tried[1])
  assert.equal(port, tried[1])
  holder.close()
})

test("an answer of another process on the port is not taken for the own", async () => {
  const other = createHttpServer((_request, response) => response.end())
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
  const address = other.address()
  assert.ok(address !== null && typeof address === "object")
  const { port } = address
  assert.equal(listensOn(process.pid, port), true)
  const spec = {
    name: "late",
    command: process.execPath,
    args: [entry, "serve"],
    environment: { HOST: "127.0.0.1", HTTP_PORT: String(port) },
    folder: scene.context.state.path,
    log: join(scene.context.state.logs, "late.log"),
    stopSignal: "SIGTERM",
    graceSeconds: 1,
  } as const
  const { records, signal, hurry } = scene.context
  const starting = startReady(spec, records, hurry, (child) =>
    waitUntil(child, "listened", 10, signal, async () => listensOn(child.pid, port)),
  )
  await assert.rejects(starting, (error: unknown) => isPortTaken(error))
  await new Promise((resolve) => other.close(resolve))
  assert.equal(listensOn(process.pid, port), false)
})

const gate = (environment: Record<string, string>, timeoutSeconds = 10) =>
  createJob("gate", { entry, command: "gate", environment, timeoutSeconds }, scene.context)

test("a job stands once it has ended well", async () => {
  const job = await gate({ GATE: "pass" })
  assert.equal(job.note, `passed; log: ${join(scene.context.state.logs, "gate.log")}`)
  assert.equal(job.remove, undefined)
  assert.deepEqual(scene.running(), [])
})

test("a job that fails, or hangs, is an error", async () => {
  await assert.rejects(
    gate({ GATE: "fail" }),
    /^Error: gate failed with exit code 1\. The end of [\s\S]*\nThe release failed its gate: \/ready answered 503$/,
  )
  await assert.rejects(gate({ GATE: "hang" }, 0.3), /^Error: gate has not ended within 0\.3 s and was stopped/)
  assert.deepEqual(scene.running(), [])
})
