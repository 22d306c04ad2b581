import assert from "node:assert/strict"
import { once } from "node:events"
import { readdir, readFile } from "node:fs/promises"
import { createServer } from "node:http"
import { join } from "node:path"
import { describe, it, type TestContext } from "node:test"
import { dist } from "../../../app/build.ts"
import { routes } from "../../../app/contract/routes.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { scalingText } from "../../../infra/spec/scaling.ts"
import { startBundle } from "../../support/bundle.ts"
import { withPostgres } from "../../support/postgres.ts"

const { workloads } = defaultSpec("production")
const google = scalingText(workloads, { worker: { resource: "projects/p/locations/l/workerPools/worker" } })
const group = "/subscriptions/s/resourceGroups/g/providers"
const azure = scalingText(workloads, {
  api: {
    resource: `${group}/Microsoft.ContainerInstance/NGroups/api`,
    requestsFrom: `${group}/Microsoft.Network/applicationGateways/edge`,
  },
})

/** A cloud's identity service that knows nobody, so that no process of a test asks the cloud itself. */
async function startIdentityService(t: TestContext): Promise<{ host: string; asked: URL[] }> {
  const asked: URL[] = []
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? "/", "http://identity"))
    response.writeHead(400, { "Content-Type": "application/json", "Metadata-Flavor": "Google" })
    response.end(JSON.stringify({ error: "invalid_request", error_description: "Identity not found" }))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  t.after(() => server.close())
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The service has no port")
  return { host: `127.0.0.1:${address.port}`, asked }
}

describe("the bundle with the role scaler", { timeout: 120_000 }, () => {
  const postgres = withPostgres()
  const environment = (more: Record<string, string>) => ({
    HOST: "127.0.0.1",
    HTTP_PORT: "0",
    DATABASE_URL: postgres.url(),
    DATABASE_POOL_SIZE: "2",
    ROLES: "scaler",
    ...more,
  })

  it("refuses to start on what it cannot scale, naming it", async (t) => {
    const none = await startBundle(t, "serve", environment({}))
    assert.equal((await none.exited).code, 2)
    assert.match(none.errors(), /SCALING: the role scaler needs it\. Set what it scales and by which rules, as JSON\./)
    const wrong = await startBundle(t, "serve", environment({ SCALING: google.replace("workerPools", "services") }))
    assert.equal((await wrong.exited).code, 2)
    assert.match(
      wrong.errors(),
      /SCALING: \/worker\/resource "projects\/p\/locations\/l\/services\/worker" has no known form/,
    )
  })

  for (const [cloud, scaling, more] of [
    ["Google Cloud", google, { METADATA_SERVER_DETECTION: "assume-present" }],
    ["Azure", azure, { SCALING_IDENTITY: "the-scalers-client-id" }],
  ] as const) {
    it(`loads the SDK of ${cloud}, asks as the process's own identity, and lives on when it has none`, async (t) => {
      const identity = await startIdentityService(t)
      const process = await startBundle(
        t,
        "serve",
        environment({
          SCALING: scaling,
          GCE_METADATA_HOST: identity.host,
          AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://${identity.host}`,
          ...more,
        }),
      )
      await process.line((line) => line.message === "This process holds the lock")
      const failed = await process.line((line) => line.stage === "count")
      assert.match(String(failed.reason), /Identity not found/)
      const listening = await process.line((line) => String(line.message).startsWith("Server listening at"))
      const url = String(listening.message).replace("Server listening at ", "")
      assert.equal((await fetch(`${url}${routes.ready}`)).status, 200)
      const metrics = await (await fetch(`${url}${routes.metrics}`)).text()
      assert.match(metrics, /^scaler_active 1$/m)
      assert.match(metrics, /^scaler_errors_total\{workload="\w+",stage="count"\} [1-9]/m)
      const tokens = identity.asked.filter(({ pathname }) => pathname.includes("token"))
      assert.ok(tokens.length > 0)
      if (cloud === "Azure") {
        const { client_id, resource } = Object.fromEntries(tokens[0]?.searchParams ?? [])
        assert.deepEqual([client_id, resource], ["the-scalers-client-id", "https://management.azure.com"])
      }
      assert.deepEqual(await process.end("SIGTERM"), { code: 0, signal: null })
    })
  }

  it("does nothing in a process without the role, which does not load the SDKs either", async (t) => {
    const process = await startBundle(t, "serve", environment({ ROLES: "models" }))
    await process.line((line) => line.event_type === "prepared")
    assert.equal((await process.end("SIGTERM")).code, 0)
    assert.deepEqual(
      process.lines.filter((line) => line.event_type === "lock"),
      [],
    )
    const texts = new Map<string, string>()
    for (const file of await readdir(dist)) {
      if (file.endsWith(".js")) texts.set(file, await readFile(join(dist, file), "utf8"))
    }
    const loaded = withImports("atlas.js", texts)
    assert.ok(loaded.size > 1, "the imports are seen")
    for (const host of ["https://run.googleapis.com/", "https://management.azure.com"]) {
      const files = [...texts].flatMap(([file, text]) => (text.includes(host) ? [file] : []))
      assert.ok(files.length > 0, host)
      assert.deepEqual(
        files.filter((file) => loaded.has(file)),
        [],
        host,
      )
    }
  })
})

/** A file of the bundle and those that it imports statically: what is loaded when it is. */
function withImports(file: string, texts: ReadonlyMap<string, string>, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  for (const [, name = ""] of (texts.get(file) ?? "").matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
    withImports(name, texts, found)
  }
  return found
}
