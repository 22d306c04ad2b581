import assert from "node:assert/strict"
import { once } from "node:events"
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { delimiter, join } from "node:path"
import { afterEach, beforeEach, test } from "node:test"
import { Redis } from "ioredis"
import { createCache } from "../../../infra/targets/local/cache.ts"
import { commandLine } from "../../../infra/targets/local/identity.ts"
import { openContext, type TestContext } from "../../support/infra/context.ts"
import { freePort } from "../../support/ports.ts"

const inputs = { memoryBytes: 64 * 2 ** 20 }
const { PATH, REDIS_URL } = process.env
const hasServer = (PATH ?? "").split(delimiter).some((folder) => {
  return ["redis-server", "valkey-server"].some((name) =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.isFile(),
  )
})
const needsServer = { skip: hasServer ? false : "no redis-server or valkey-server is on PATH" }

let scene: TestContext
beforeEach(async () => {
  delete process.env.REDIS_URL
  scene = await openContext()
})
afterEach(() => {
  process.env.PATH = PATH
  if (REDIS_URL !== undefined) process.env.REDIS_URL = REDIS_URL
  else delete process.env.REDIS_URL
  scene.close()
})

async function ask(url: string): Promise<string> {
  const client = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0, lazyConnect: true })
  client.on("error", () => undefined)
  try {
    await client.connect()
    return await client.ping()
  } finally {
    client.disconnect()
  }
}

/** The first line that a server answers to a client that has not said who it is. */
async function answerOf(port: number, command: string): Promise<string> {
  const socket = connect(port, "127.0.0.1")
  socket.write(`${command}\r\n`)
  const [data] = await once(socket, "data")
  socket.destroy()
  return String(data)
}

test("without any Redis the caches are in-process, and the reader is told why", async () => {
  process.env.PATH = scene.context.state.path
  const cache = scene.track(await createCache("cache", inputs, scene.context))
  assert.deepEqual(cache.outputs, { url: undefined, ca: undefined })
  assert.equal(cache.note, "in-process: REDIS_URL is not set, and neither redis-server nor valkey-server is on PATH")
  assert.deepEqual(scene.running(), [])
})

test("a program on PATH that only has the name of a server fails with the end of its log", async () => {
  const folder = join(scene.context.state.path, "bin")
  mkdirSync(folder)
  writeFileSync(join(folder, "redis-server"), "#!/bin/sh\necho no such server\nexit 3\n")
  chmodSync(join(folder, "redis-server"), 0o755)
  process.env.PATH = `${folder}${delimiter}${PATH}`
  await assert.rejects(
    createCache("cache", inputs, scene.context),
    /^Error: cache ended with exit code 3 before it answered\. The end of [\s\S]*no such server$/,
  )
})

test("a server on PATH is started private, with a password that no argument shows", needsServer, async () => {
  const cache = scene.track(await createCache("cache", inputs, scene.context))
  const { url } = cache.outputs
  assert.ok(url)
  assert.equal(await ask(url), "PONG")
  const { password, port } = new URL(url)
  assert.match(await answerOf(Number(port), "PING"), /^-NOAUTH /)
  const [pid] = scene.running()
  assert.ok(pid)
  assert.ok(!commandLine(pid).includes(password))
  const config = join(scene.context.state.path, "cache", "server.conf")
  assert.equal(statSync(config).mode & 0o777, 0o600)
  assert.match(readFileSync(config, "utf8"), /^bind 127\.0\.0\.1$/m)
  assert.deepEqual(cache.secrets, ["url"])
  assert.ok(!cache.note?.includes(password))
  await cache.remove()
  assert.deepEqual(scene.running(), [])
  await assert.rejects(ask(url))
})

test("the Redis that REDIS_URL names is used as it is", needsServer, async () => {
  const own = scene.track(await createCache("cache", inputs, scene.context))
  assert.ok(own.outputs.url)
  process.env.REDIS_URL = own.outputs.url
  const given = await createCache("cache", inputs, scene.context)
  assert.equal(given.outputs.url, own.outputs.url)
  assert.equal(given.note, `${new URL(own.outputs.url).host}, from REDIS_URL`)
  assert.equal(given.remove, undefined)
})

test("a REDIS_URL that does not answer is an error that shows no password", async () => {
  const port = await freePort()
  process.env.REDIS_URL = `redis://:hunter2@127.0.0.1:${port}`
  await assert.rejects(createCache("cache", inputs, scene.context), (error: unknown) => {
    assert.ok(error instanceof Error)
    assert.match(
      error.message,
      new RegExp(`^REDIS_URL names 127\\.0\\.0\\.1:${port}, which does not answer: .*ECONNREFUSED`),
    )
    assert.doesNotMatch(error.message, /hunter2/)
    return true
  })
  process.env.REDIS_URL = "localhost:6379"
  await assert.rejects(
    createCache("cache", inputs, scene.context),
    /^Error: REDIS_URL is no URL that begins with redis:/,
  )
})
