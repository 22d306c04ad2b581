import assert from "node:assert/strict"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { test } from "node:test"
import { headers } from "../../../app/contract/headers.ts"
import { routes } from "../../../app/contract/routes.ts"
import { ask } from "./ask.ts"
import { runMain, startLocalGateway } from "./local-gateway.ts"
import { configFor, webKey } from "./subject.ts"
import { breakOff, closedPort, startUpstream } from "./upstream.ts"

/** Runs the process to its end. */
async function failing(args: readonly string[]): Promise<{ code: unknown; said: string }> {
  const child = runMain(args)
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")])
  return { code, said }
}

test("a configuration that it cannot enforce stops it, with a sentence that names what", async () => {
  const directory = await mkdtemp(join(tmpdir(), "atlas-gateway-"))
  try {
    const file = join(directory, "kong.json")
    const config = configFor({ host: "127.0.0.1", port: 9 })
    await writeFile(file, JSON.stringify({ ...config, plugins: [...config.plugins, { name: "acme", config: {} }] }))
    assert.deepEqual(await failing([file]), {
      code: 1,
      said:
        "The local gateway cannot start: plugin acme for everything cannot be enforced: use one of correlation-id, cors, " +
        "key-auth, request-size-limiting, rate-limiting, request-transformer, response-transformer, prometheus.\n",
    })
    const apart = structuredClone(config)
    for (const service of apart.services) service.write_timeout = 1000
    await writeFile(file, JSON.stringify(apart))
    assert.deepEqual(await failing([file]), {
      code: 1,
      said:
        "The local gateway cannot start: service optimizer-service has read_timeout 300000 and write_timeout 1000, " +
        "which the local gateway cannot keep apart: set both to the same\n",
    })
  } finally {
    await rm(directory, { recursive: true })
  }
})

test("without a file it says how it is called", async () => {
  assert.deepEqual(await failing([]), {
    code: 1,
    said: "The local gateway cannot start: name the gateway's configuration: node main.ts <file>\n",
  })
})

test("it logs every request as JSON, and never a key", async () => {
  const upstream = await startUpstream()
  const gateway = await startLocalGateway(configFor({ host: "127.0.0.1", port: upstream.port }))
  await ask(gateway.url, { path: `${routes.v1}/models?secret=${webKey}`, headers: { [headers.apiKey]: webKey } })
  await ask(gateway.url, { path: routes.api, headers: { [headers.apiKey]: `${webKey}-wrong` } })
  await gateway.stop()
  await upstream.stop()
  assert.equal(gateway.lines.join("\n").includes(webKey), false)
  const answered = gateway.lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === "answered")
    .map(({ method, path, status, consumer }) => ({ method, path, status, consumer }))
  assert.deepEqual(answered, [
    { method: "GET", path: `${routes.v1}/models`, status: 200, consumer: "web-app" },
    { method: "GET", path: routes.api, status: 401, consumer: "" },
  ])
})

test("a POST that never reached the app is tried again", async () => {
  const gateway = await startLocalGateway(configFor({ host: "127.0.0.1", port: await closedPort() }, { retries: 3 }))
  const answer = await ask(gateway.url, {
    path: `${routes.v1}/optimize`,
    method: "POST",
    headers: { [headers.apiKey]: webKey },
    body: "x".repeat(100_000),
  })
  await gateway.stop()
  assert.equal(answer.status, 502)
  assert.equal(gateway.lines.filter((line) => line.includes("ECONNREFUSED")).length, 4)
})

test("a path that could mean another one once decoded is refused", async () => {
  const upstream = await startUpstream()
  const gateway = await startLocalGateway(configFor({ host: "127.0.0.1", port: upstream.port }))
  for (const path of ["/static/..%2fmetrics", "/static/%E9", "/static/%"]) {
    const answer = await ask(gateway.url, { path })
    assert.equal(answer.status, 400, path)
    assert.equal((answer.json() as { message: string }).message, "Bad request")
  }
  await gateway.stop()
  await upstream.stop()
})

test("a client or an app that breaks off midway harms nobody else", async () => {
  const upstream = await startUpstream()
  const gateway = await startLocalGateway(configFor({ host: "127.0.0.1", port: upstream.port }))
  const { hostname, port } = new URL(gateway.url)
  const client = connect(Number(port), hostname)
  client.write(
    `POST ${routes.optimize} HTTP/1.1\r\nHost: here\r\n${headers.apiKey}: ${webKey}\r\nContent-Length: 100\r\n\r\nhalf`,
  )
  await once(client, "connect")
  client.resetAndDestroy()
  const half = ask(gateway.url, { path: `${routes.v1}/${breakOff}`, headers: { [headers.apiKey]: webKey } })
  await assert.rejects(half, { code: "ECONNRESET" })
  assert.equal((await ask(gateway.url, { path: routes.health })).status, 200)
  assert.deepEqual(upstream.seen(routes.optimize), [])
  assert.equal(gateway.child.exitCode, null)
  await gateway.stop()
  await upstream.stop()
})

test("told to stop, it finishes the request under way, is not ready meanwhile, and exits with 0", async () => {
  const upstream = await startUpstream()
  const config = configFor(
    { host: "127.0.0.1", port: upstream.port },
    { readTimeout: "1 second", writeTimeout: "1 second" },
  )
  const gateway = await startLocalGateway(config)
  const at = `${routes.v1}/never-answer`
  const answering = ask(gateway.url, { path: at, method: "POST", headers: { [headers.apiKey]: webKey } })
  while (upstream.seen(at).length === 0) await ask(gateway.url, { path: routes.health })
  const readiness = async () => (await ask(gateway.statusUrl, { path: "/status/ready" })).status
  assert.equal(await readiness(), 200)
  const exited = once(gateway.child, "exit")
  gateway.child.kill("SIGTERM")
  let ready = 200
  while (ready === 200) ready = await readiness()
  assert.equal(ready, 503)
  assert.equal((await answering).status, 504)
  const [code] = await exited
  assert.equal(code, 0)
  await gateway.stop()
  await upstream.stop()
})
